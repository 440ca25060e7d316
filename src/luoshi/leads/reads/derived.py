"""Companies, leads, their promises and occasions held against their own events, for the ledger's verification. What an operator asks, not a viewer."""

from typing import Final

from django.db import connection

from luoshi.kernel import installation
from luoshi.kernel.canonical import MOMENT_SQL
from luoshi.kernel.ledger import forgotten
from luoshi.kernel.ledger.rotate import subject_of
from luoshi.kernel.lines import Derived

# what stands in the row, what the events say, the field's name, and whether they can say it
_PAIRS: Final = f"""
  (c.state, last.body->>'stage', 'state', last.whole), (c.province, last.body->>'province', 'province', last.whole),
  (c.industry, last.body->>'industry', 'industry', last.whole),
  (c.sim::text, last.sim::text, 'sim', true),
  (c.name, last.said->>'name', 'name', last.said IS NOT NULL),
  (c.code, last.said->>'code', 'code', last.said IS NOT NULL),
  ({MOMENT_SQL.format("c.contacted_at")}, {
    MOMENT_SQL.format(
        "(SELECT max(e.occurred_at) FROM event e WHERE e.subject = c.log_id"
        " AND e.verb = 'contact' AND NOT EXISTS (SELECT FROM event v WHERE v.corrects = e.id))"
    )
}, 'contacted_at', true),
  (c.absorbed::text, (SELECT count(*) FROM company m WHERE m.merged_into_id = c.id)::text, 'absorbed', true),
  ((c.merged_into_id IS NOT NULL)::text, (c.state = 'merged')::text, 'merged_into', true)
"""
_QUERY: Final = f"""
SELECT c.log_id, c.name, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
FROM company c
LEFT JOIN LATERAL (
  SELECT e.body, position('"sim":true'::bytea in e.payload) > 0 AS sim,
    EXISTS (SELECT FROM event_salt s WHERE s.event_id = e.id) AS whole,
    (SELECT convert_from(p.body, 'UTF8')::jsonb FROM event_private p WHERE p.event_id = e.id) AS said
  FROM event e WHERE e.subject = c.log_id AND e.verb <> 'void' ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (VALUES {_PAIRS}) pair (kept, should, field, held)
WHERE pair.held IS NOT FALSE AND coalesce(pair.kept, '') <> coalesce(pair.should, '')
  AND c.log_id <> ALL(%s::uuid[]) ORDER BY c.id LIMIT %s
"""
# of a lead: what stands in the row, what its last event says of it, the field's name
_LEAD_PAIRS: Final = """
  (l.state, last.body->>'stage', 'state'), (l.status, last.body->>'status', 'status'),
  (l.county, last.body->>'county', 'county'), (l.industry, last.body->>'industry', 'industry'),
  (l.agreed::text, last.body->>'agreed', 'agreed'), (l.in_place::text, last.body->>'in_place', 'in_place'),
  (l.officer_id::text, last.body->>'officer', 'officer'), (l.unit_id::text, last.body->>'unit', 'unit'),
  (l.clock, last.body->>'clock', 'clock'), (l.sim::text, last.sim::text, 'sim'),
  (l.name, last.said->>'name', 'name'),
  (l.in_place::text, (SELECT coalesce(sum(r.fen), 0)::text FROM lead_receipt r
                      WHERE r.lead_id = l.id AND r.state = 'verified'), 'receipts'),
  (l.agreed::text, (SELECT a.fen FROM lead_agreement a WHERE a.lead_id = l.id ORDER BY a.version DESC LIMIT 1)::text, 'agreement'),
  ((l.merged_into_id IS NOT NULL)::text, (l.state = 'merged')::text, 'merged_into'),
  (l.absorbed::text, (SELECT count(*) FROM lead m WHERE m.merged_into_id = l.id)::text, 'absorbed')
"""
_LEADS: Final = f"""
SELECT l.log_id, l.number, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
FROM lead l
LEFT JOIN LATERAL (
  SELECT e.body, position('"sim":true'::bytea in e.payload) > 0 AS sim,
    (SELECT convert_from(p.body, 'UTF8')::jsonb FROM event_private p WHERE p.event_id = e.id) AS said
  FROM event e WHERE e.subject = l.log_id AND e.verb NOT IN ('void', 'correct')
  ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (VALUES {_LEAD_PAIRS}) pair (kept, should, field)
WHERE coalesce(pair.kept, '') <> coalesce(pair.should, '') AND l.log_id <> ALL(%s::uuid[]) ORDER BY l.id LIMIT %s
"""
# a promise by the last event that names it, of the lead or of one that it was merged with
_PROMISES: Final = """
SELECT l.log_id, l.number, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
FROM lead_promise p JOIN lead l ON l.id = p.lead_id
CROSS JOIN LATERAL (
  SELECT e.verb, e.body FROM event e WHERE e.body->>'promise' = p.id::text AND e.subject IN (
      SELECT l.log_id UNION SELECT coalesce(m.body->>'into', m.body->>'other')::uuid FROM event m
      WHERE m.subject = l.log_id AND m.verb IN ('merge_lead', 'absorb_lead'))
    AND e.verb IN ('promise', 'keep_promise', 'drop_promise', 'answer') ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) last
CROSS JOIN LATERAL (VALUES
  (p.state, CASE last.verb WHEN 'promise' THEN 'open' WHEN 'keep_promise' THEN 'kept' WHEN 'drop_promise' THEN 'dropped'
            ELSE CASE WHEN last.body->>'kept' = 'true' THEN 'confirmed' ELSE 'disputed' END END, 'promise'),
  (CASE WHEN p.state = 'confirmed' THEN p.grade::text END, CASE WHEN last.verb = 'answer' THEN last.body->>'grade' END, 'grade')
) pair (kept, should, field)
WHERE coalesce(pair.kept, '') <> coalesce(pair.should, '') AND l.log_id <> ALL(%s::uuid[]) ORDER BY p.id LIMIT %s
"""
_OCCASIONS: Final = """
SELECT o.log_id, o.name, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
FROM occasion o
LEFT JOIN LATERAL (
  SELECT e.body, (SELECT convert_from(p.body, 'UTF8')::jsonb FROM event_private p WHERE p.event_id = e.id) AS said
  FROM event e WHERE e.subject = o.log_id ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) last ON true
CROSS JOIN LATERAL (VALUES
  (o.state, last.body->>'stage', 'state'), (o.name, last.said->>'name', 'name'), (o.kind, last.said->>'kind', 'kind'),
  (o.place, last.said->>'place', 'place'), (o.first_day::text, last.said->>'first_day', 'first_day'),
  (o.last_day::text, last.said->>'last_day', 'last_day'), (o.cost::text, last.said->>'cost', 'cost')
) pair (kept, should, field)
WHERE coalesce(pair.kept, '') <> coalesce(pair.should, '') AND o.log_id <> ALL(%s::uuid[]) ORDER BY o.id LIMIT %s
"""
# where a company was met, by rows and by its contacts that stand and whose restricted fields are there
_MET: Final = """
SELECT c.log_id, c.name, 'met', coalesce(kept.at, ''), coalesce(should.at, '')
FROM (SELECT m.company_id AS id, string_agg(o.log_id::text, ' ' ORDER BY o.log_id::text) AS at
      FROM occasion_met m JOIN occasion o ON o.id = m.occasion_id GROUP BY 1) kept
FULL JOIN (
  SELECT c.id, string_agg(DISTINCT e.body->>'met_at', ' ' ORDER BY e.body->>'met_at') AS at
  FROM event e JOIN company c ON c.log_id = e.subject
  WHERE e.line = 'leads' AND e.verb = 'contact' AND e.body->>'met_at' IS NOT NULL
    AND NOT EXISTS (SELECT FROM event v WHERE v.corrects = e.id) GROUP BY 1) should USING (id)
JOIN company c USING (id)
WHERE coalesce(kept.at, '') <> coalesce(should.at, '') AND c.log_id <> ALL(%s::uuid[])
  AND NOT EXISTS (SELECT FROM event e WHERE e.subject = c.log_id AND e.verb = 'contact'
                  AND NOT EXISTS (SELECT FROM event_salt s WHERE s.event_id = e.id))
ORDER BY id LIMIT %s
"""
_NO_LEAD: Final = """
SELECT DISTINCT e.subject FROM event e WHERE e.line = 'leads' AND e.verb = 'add_lead'
  AND NOT EXISTS (SELECT FROM lead l WHERE l.log_id = e.subject) AND e.subject <> ALL(%s::uuid[])
ORDER BY e.subject LIMIT %s
"""
_NOWHERE: Final = """
SELECT DISTINCT e.subject FROM event e WHERE e.line = 'leads' AND e.verb = 'add_company'
  AND NOT EXISTS (SELECT FROM company c WHERE c.log_id = e.subject) AND e.subject <> ALL(%s::uuid[])
ORDER BY e.subject LIMIT %s
"""


def derived(limit: int) -> list[Derived]:
    """The first companies, leads and occasions that are gone, or of which a column is not what their events say."""
    lost = [one.subject for one in forgotten.lost(subject_of(installation.current().origin))]
    found: list[Derived] = []
    with connection.cursor() as cursor:
        for nowhere, rows in ((_NOWHERE, _QUERY), (_NO_LEAD, _LEADS)):
            cursor.execute(nowhere, [lost, limit])
            found += [Derived(row[0], "?", "record", "gone", "kept") for row in cursor.fetchall()]
            cursor.execute(rows, [lost, limit])
            found += [Derived(*row) for row in cursor.fetchall()]
        for rows in (_PROMISES, _OCCASIONS, _MET):
            cursor.execute(rows, [lost, limit])
            found += [Derived(*row) for row in cursor.fetchall()]
    return found[:limit]
