#!/usr/bin/env bash
# Brings a release of ContractorLens into service, or the revision before it back.
#
#   ./scripts/deploy.sh production [TAG]   register a revision with the image's TAG (default: the
#                                          one in the file RELEASE) and roll it out
#   ./scripts/deploy.sh rollback           roll out the newest revision older than the one in service
#
# Needs the AWS CLI and nothing else. Ends with 0 only when the revision asked for is in service.
set -euo pipefail

CLUSTER=contractorlens
SERVICE=contractorlens
CONTAINER=backend
FOLDER="${BASH_SOURCE[0]%/*}/.."

say() {
  printf '%s\n' "deploy: $*"
}

fail() {
  printf '%s\n' "deploy: $*" >&2
  exit 1
}

# Name the family and revision that the service is set to.
in_service() {
  local arn
  arn="$(aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" \
    --query 'services[0].taskDefinition' --output text)"
  [ "$arn" != None ] || fail "the cluster $CLUSTER has no service $SERVICE"
  printf '%s\n' "${arn##*/}"
}

# Roll a revision out, wait, and see that it is the one that stayed: ECS may have gone back.
roll_out() {
  local revision="$1" seen
  aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" \
    --task-definition "$revision" --query 'service.taskDefinition' --output text
  say "waiting until $revision is in service"
  aws ecs wait services-stable --cluster "$CLUSTER" --services "$SERVICE"
  seen="$(in_service)"
  [ "$seen" = "$revision" ] || fail "$seen is in service, not $revision"
  say "$revision is in service"
}

# Register a copy of the revision in service with another image tag; print the new revision.
register() {
  local current="$1" tag="$2" image definition arn
  image="$(aws ecs describe-task-definition --task-definition "$current" \
    --query "taskDefinition.containerDefinitions[?name=='$CONTAINER'].image | [0]" --output text)"
  [ "$image" != None ] || fail "$current has no container $CONTAINER"
  [ "$image" != "${image%:*}:$tag" ] || fail "$tag is in service already, as $current"
  definition="$(aws ecs describe-task-definition --task-definition "$current" --query "$COPY" \
    --output json)"
  arn="$(aws ecs register-task-definition \
    --cli-input-json "${definition//"\"$image\""/"\"${image%:*}:$tag\""}" \
    --query 'taskDefinition.taskDefinitionArn' --output text)"
  printf '%s\n' "${arn##*/}"
}

# What a new revision takes over from the old one. An absent role has to stay absent, not null.
COPY='taskDefinition.merge(
  {family: family, containerDefinitions: containerDefinitions, networkMode: networkMode,
   requiresCompatibilities: requiresCompatibilities, cpu: cpu, memory: memory},
  (taskRoleArn && {taskRoleArn: taskRoleArn}) || `{}`,
  (executionRoleArn && {executionRoleArn: executionRoleArn}) || `{}`)'

# Print the newest active revision of the same family that is older than the given one.
previous() {
  local family="${1%:*}" number="${1##*:}" arns arn name
  arns="$(aws ecs list-task-definitions --family-prefix "$family" --status ACTIVE --sort DESC \
    --query 'taskDefinitionArns' --output text)"
  for arn in $arns; do
    name="${arn##*/}"
    if [ "${name%:*}" = "$family" ] && [ "${name##*:}" -lt "$number" ]; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "there is no revision of $family before $number"
}

production() {
  local tag="${1:-}" current revision
  [ -n "$tag" ] || read -r tag < "$FOLDER/RELEASE" || fail "the file RELEASE names no tag"
  current="$(in_service)"
  say "$current is in service; releasing $tag"
  revision="$(register "$current" "$tag")"
  say "registered $revision"
  roll_out "$revision"
}

rollback() {
  local current target
  current="$(in_service)"
  target="$(previous "$current")"
  say "going back from $current to $target"
  roll_out "$target"
}

case "${1:-}" in
  production) production "${2:-}" ;;
  rollback) rollback ;;
  *)
    printf '%s\n' "usage: deploy.sh production [TAG] | rollback" >&2
    exit 2
    ;;
esac
