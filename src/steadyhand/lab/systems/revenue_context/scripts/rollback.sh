#!/usr/bin/env bash
# Brings all three services of the Revenue Context Engine back to an image that ran before.
#
#   ./scripts/rollback.sh production IMAGE_TAG
#
# Needs the AWS CLI and nothing else. Nothing is changed unless each service has a revision with
# that image; ends with 0 only when all three are in service with it.
set -euo pipefail

CLUSTER=prod-revenue-context
SERVICES=(api context-engine orchestration-engine)

say() {
  printf '%s\n' "rollback: $*"
}

fail() {
  printf '%s\n' "rollback: $*" >&2
  exit 1
}

# Print the newest active revision of a service's family whose image has the tag.
revision_with() {
  local family="prod-$1" tag="$2" arns arn name image
  arns="$(aws ecs list-task-definitions --family-prefix "$family" --status ACTIVE --sort DESC \
    --query 'taskDefinitionArns' --output text)"
  for arn in $arns; do
    name="${arn##*/}"
    [ "${name%:*}" = "$family" ] || continue
    image="$(aws ecs describe-task-definition --task-definition "$name" \
      --query 'taskDefinition.containerDefinitions[0].image' --output text)"
    if [ "${image##*:}" = "$tag" ]; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "no active revision of $family runs the image $tag"
}

in_service() {
  local arn
  arn="$(aws ecs describe-services --cluster "$CLUSTER" --services "$1" \
    --query 'services[0].taskDefinition' --output text)"
  printf '%s\n' "${arn##*/}"
}

if [ $# -ne 2 ] || [ "$1" != production ] || [ -z "$2" ]; then
  printf '%s\n' "usage: rollback.sh production IMAGE_TAG" >&2
  exit 2
fi

REVISIONS=()
for service in "${SERVICES[@]}"; do
  revision="$(revision_with "$service" "$2")"
  REVISIONS+=("$revision")
done
for index in "${!SERVICES[@]}"; do
  service="${SERVICES[$index]}" revision="${REVISIONS[$index]}"
  say "$service: from $(in_service "$service") to $revision"
  aws ecs update-service --cluster "$CLUSTER" --service "$service" --task-definition "$revision" \
    --query 'service.taskDefinition' --output text
done
say "waiting until all services are stable"
aws ecs wait services-stable --cluster "$CLUSTER" --services "${SERVICES[@]}"
for index in "${!SERVICES[@]}"; do
  seen="$(in_service "${SERVICES[$index]}")"
  [ "$seen" = "${REVISIONS[$index]}" ] || fail "$seen is in service, not ${REVISIONS[$index]}"
done
say "all services run $2"
