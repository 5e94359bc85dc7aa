"""The SQL of each release line. A line is what was released, and stays as it was released."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queries:
    create_session: str
    session: str
    session_by_key: str
    end_session: str
    join: str
    participant: str
    create_poll: str
    polls: str
    poll: str
    set_poll_status: str
    respond: str
    count_response: str
    results: str
    advance_feed: str
    ask: str
    upvote: str
    count_vote: str
    answer: str
    questions: str


RELEASE_0_1 = Queries(
    create_session=(
        "insert into sessions (code, title, presenter_key_hash) "
        "values (%(code)s, %(title)s, %(key_hash)s) on conflict (code) do nothing "
        "returning code, title, status, created_at"
    ),
    session=(
        "select id, code, title, status, participant_count, feed, created_at from sessions "
        "where code = %(code)s"
    ),
    session_by_key=(
        "select id, status from sessions "
        "where code = %(code)s and presenter_key_hash = %(key_hash)s"
    ),
    end_session=(
        "update sessions set status = 'ended', ended_at = now() "
        "where id = %(session_id)s and status = 'live' returning code, status, ended_at"
    ),
    # One statement: who joins and the counter of the session agree even after a crash.
    join=(
        "with found as (update sessions set participant_count = participant_count + 1 "
        "where code = %(code)s and status = 'live' returning id) "
        "insert into participants (session_id, nickname, token_hash) "
        "select id, %(nickname)s, %(token_hash)s from found returning id, nickname"
    ),
    participant=(
        "select participants.id, session_id, sessions.code, sessions.status from participants "
        "join sessions on sessions.id = session_id where token_hash = %(token_hash)s"
    ),
    create_poll=(
        "with made as (insert into polls (session_id, question) "
        "values (%(session_id)s, %(question)s) returning id, question, status), "
        "labels as (insert into poll_options (poll_id, position, label) "
        "select made.id, given.position, given.label from made, "
        "unnest(%(options)s::text[]) with ordinality as given(label, position)) "
        "select id, question, status from made"
    ),
    polls=(
        "select polls.id, question, status, response_count, "
        "json_agg(json_build_object('id', o.id, 'label', o.label) order by o.position) as options "
        "from polls join poll_options o on o.poll_id = polls.id "
        "where session_id = %(session_id)s and status <> 'draft' group by polls.id "
        "order by polls.id"
    ),
    poll=(
        "select polls.id, session_id, polls.status, sessions.code from polls "
        "join sessions on sessions.id = session_id where polls.id = %(poll_id)s"
    ),
    set_poll_status=(
        "update polls set status = %(status)s where id = %(poll_id)s returning id, status"
    ),
    # The lock on the poll lets closing it and answering it happen only one after the other.
    respond=(
        "with open as (select id from polls where id = %(poll_id)s and status = 'open' "
        "and session_id = %(session_id)s for update), "
        "chosen as (select o.id from poll_options o join open on o.poll_id = open.id "
        "where o.id = %(option_id)s) "
        "insert into responses (poll_id, participant_id, option_id) "
        "select open.id, %(participant_id)s, chosen.id from open, chosen "
        "on conflict (poll_id, participant_id) do update set option_id = excluded.option_id, "
        "changed_at = now() returning id, option_id, (xmax = 0) as first"
    ),
    count_response=(
        "update polls set response_count = response_count + 1 where id = %(poll_id)s returning id"
    ),
    results=(
        "select polls.id, question, status, response_count, json_agg(json_build_object("
        "'id', o.id, 'label', o.label, 'votes', coalesce(counted.votes, 0)) order by o.position) "
        "as options from polls join poll_options o on o.poll_id = polls.id "
        "left join (select option_id, count(*) as votes from responses "
        "where poll_id = %(poll_id)s group by option_id) counted on counted.option_id = o.id "
        "where polls.id = %(poll_id)s group by polls.id"
    ),
    # Whoever changes the questions of a session holds this row until the end of the transaction,
    # so the numbers appear in their order and a reader who asks "since n" misses none.
    advance_feed=(
        "update sessions set feed = feed + 1 where id = %(session_id)s and status = 'live' "
        "returning feed"
    ),
    ask=(
        "insert into questions (session_id, participant_id, body, changed) "
        "values (%(session_id)s, %(participant_id)s, %(body)s, %(feed)s) "
        "returning id, body, upvotes, answered"
    ),
    upvote=(
        "insert into question_votes (question_id, participant_id) "
        "select id, %(participant_id)s from questions "
        "where id = %(question_id)s and session_id = %(session_id)s "
        "on conflict do nothing returning question_id"
    ),
    count_vote=(
        "update questions set upvotes = upvotes + 1, changed = %(feed)s "
        "where id = %(question_id)s returning id, body, upvotes, answered"
    ),
    answer=(
        "update questions set answered = true, changed = %(feed)s "
        "where id = %(question_id)s and session_id = %(session_id)s "
        "returning id, body, upvotes, answered"
    ),
    questions=(
        "select id, body, upvotes, answered, changed from questions "
        "where session_id = %(session_id)s and changed > %(since)s order by changed limit %(limit)s"
    ),
)

# 0.2 shows each session in its presenter's colours. Its migration adds the column.
RELEASE_0_2 = replace(
    RELEASE_0_1,
    create_session=(
        "insert into sessions (code, title, presenter_key_hash, theme) "
        "values (%(code)s, %(title)s, %(key_hash)s, 'plain') on conflict (code) do nothing "
        "returning code, title, status, theme, created_at"
    ),
    session=(
        "select id, code, title, status, participant_count, feed, theme, created_at "
        "from sessions where code = %(code)s"
    ),
    participant=(
        "select participants.id, session_id, sessions.code, sessions.status, sessions.theme "
        "from participants join sessions on sessions.id = session_id "
        "where token_hash = %(token_hash)s"
    ),
)

RELEASES = {"0.1": RELEASE_0_1, "0.2": RELEASE_0_2}
