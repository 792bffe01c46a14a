//! All that intake looks up before it decides, in two statements: what the senders of a batch are known by, then the
//! months that they may mean. Each is one round trip, whatever it finds.
//!
//! The keys are joined one by one ([`wanted`]), and on PostgreSQL ranges are compared as pairs with their key, so that it
//! looks keys up whatever it knows of the tables.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::iter::repeat_n;

use chrono::NaiveDate;
use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};

use super::conn::Conn;
use super::latest_report::LatestReport;
use super::message::digest;
use super::person::{Registered, ReportingPost, add_post, in_order, person_in};
use super::question::StoredQuestion;
use super::report::{CurrentIncident, CurrentReturn};
use super::sql::{Bind, Sql, padded, wanted};
use super::{DbError, DbResult};
use crate::crypto::Digest;
use crate::domain::ids::{MessageId, PersonId, ReportId, UnitId};
use crate::domain::indicator::IndicatorId;

/// Who and what is looked up.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Digests of the gateways' keys for the texts.
    pub keys: Vec<Digest>,
    /// Blind indexes of the numbers.
    pub senders: Vec<Digest>,
    /// Texts that came since this id are recent.
    pub recent_since: MessageId,
    /// Texts that went out since this id are recent.
    pub sent_since: i64,
    /// The latest reports are looked for since this id.
    pub reports_since: ReportId,
    /// Questions that lapse before are no more: microseconds UTC.
    pub now: i64,
}

/// What is known of texts and their senders.
#[derive(Debug, Default)]
pub struct Senders {
    /// By which text a key was taken: its id and its text's index.
    pub taken: HashMap<Digest, (MessageId, Digest)>,
    /// Who is registered at a number.
    pub people: HashMap<Digest, Vec<Registered>>,
    /// The recent texts of a number: text index and time of receipt.
    pub recent: HashMap<Digest, Vec<(Digest, i64)>>,
    /// The recent texts to a number: its index, the text's.
    pub sent: HashSet<(Digest, Digest)>,
    /// The questions that wait for a number's answer.
    pub questions: HashMap<Digest, StoredQuestion>,
    /// The latest report of each person.
    pub latest: HashMap<PersonId, LatestReport>,
}

/// A row of any of the parts: which part, up to two digests or other bytes beside a key, numbers, words.
type SenderColumns = (
    Integer,
    Binary,
    Nullable<Binary>,
    (
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
    ),
    (Nullable<Text>, Nullable<Text>, Nullable<Text>, Nullable<Text>),
);
type Number = Option<i64>;
type Words = Option<String>;
type SenderRow = (
    i32,
    Vec<u8>,
    Option<Vec<u8>>,
    (Number, Number, Number, Number, Number, Number),
    (Words, Words, Words, Words),
);

/// Ranges that are looked up with their key.
struct Ranges {
    recent: &'static str,
    sent: &'static str,
    made: &'static str,
    periods: &'static str,
    highest: &'static str,
    end: &'static str,
}

/// A range of ids alone tempts PostgreSQL, which takes a fresh table to be small, to read all that is recent once for each
/// key; as a pair with the key it can only be read together with it. “+ 0” keeps the index of the country's month out: a
/// hamlet has few months.
const ON_POSTGRES: Ranges = Ranges {
    recent: " AND (m.sender_index, m.id) > (sender.k, ",
    sent: " AND (o.receiver_index, o.cause) > (sender.k, ",
    made: " AND (made.person_id, made.id) > (phone.person_id, ",
    periods: " AND r.period + 0 IN (",
    highest: " AND (v.unit_id, v.period) >= (hamlet.k, ",
    end: ")",
};

/// SQLite compares pairs row by row, through all that a key ever had; the plain range it looks up.
const ON_SQLITE: Ranges = Ranges {
    recent: " AND m.id > ",
    sent: " AND o.cause > ",
    made: " AND made.id > ",
    periods: " AND r.period IN (",
    highest: " AND v.period >= ",
    end: "",
};

fn ranges(conn: &Conn) -> Ranges {
    if conn.is_postgres() { ON_POSTGRES } else { ON_SQLITE }
}

const REGISTERED: &str = ") SELECT 1, phone.number_index, person.pin_index, person.id, unit.id, unit.commune_id, \
    CAST(CASE WHEN person.marks THEN 1 ELSE 0 END AS BIGINT), CAST(CASE WHEN person.practice THEN 1 ELSE 0 END AS BIGINT), \
    CAST(NULL AS BIGINT), unit.code, unit.name, commune.name, \
    CAST(post.valid_from AS TEXT) || ' ' || CAST(post.valid_to AS TEXT) || ' ' || CAST(unit.valid_to AS TEXT) \
    FROM sender CROSS JOIN phone JOIN person ON person.id = phone.person_id \
    LEFT JOIN post ON post.person_id = person.id AND post.role IN ('head', 'team', 'manager') \
    LEFT JOIN unit ON unit.id = post.unit_id LEFT JOIN unit AS commune ON commune.id = unit.commune_id \
    WHERE phone.number_index = sender.k \
    UNION ALL SELECT 2, m.dedupe_key, m.text_index, m.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    FROM dedupe CROSS JOIN message m WHERE m.dedupe_key = dedupe.k \
    UNION ALL SELECT 3, m.sender_index, m.text_index, m.received_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    FROM sender CROSS JOIN message m WHERE m.sender_index = sender.k";
const SENT: &str = " UNION ALL SELECT 4, o.receiver_index, o.text_index, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    FROM sender CROSS JOIN outbox o WHERE o.receiver_index = sender.k";
const QUESTIONS: &str = " UNION ALL SELECT 5, q.sender_index, q.text_cipher, q.person_id, q.received_at, q.expires_at, \
    NULL, NULL, NULL, q.kind, NULL, NULL, NULL \
    FROM sender CROSS JOIN question q WHERE q.sender_index = sender.k AND q.expires_at > ";
const LATEST: &str = " UNION ALL SELECT 6, latest.number_index, m.text_index, r.id, r.message_id, r.person_id, r.unit_id, \
    CAST(r.period AS BIGINT), r.received_at, r.added, NULL, NULL, NULL FROM \
    (SELECT phone.number_index, max(made.id) AS id FROM sender CROSS JOIN phone CROSS JOIN report made \
     WHERE phone.number_index = sender.k AND made.person_id = phone.person_id";
const LATEST_END: &str = " GROUP BY phone.number_index, made.person_id) AS latest \
    JOIN report r ON r.id = latest.id LEFT JOIN message m ON m.id = r.message_id";

/// What is known of texts and their senders.
pub fn senders(conn: &mut Conn, asked: &Asked) -> DbResult<Senders> {
    let (mut found, ranges) = (Senders::default(), ranges(conn));
    let (keys, senders): (Vec<_>, Vec<_>) = (wanted(&asked.keys).collect(), wanted(&asked.senders).collect());
    let nothing = || vec![[Bind::Bytes(None)]];
    for at in 0..keys.len().max(senders.len()) {
        let list = |lists: &[Vec<[Bind; 1]>]| lists.get(at).cloned().unwrap_or_else(nothing);
        let rows = Sql::<SenderColumns>::new("WITH dedupe (k) AS (VALUES ")
            .rows(list(&keys))
            .sql("), sender (k) AS (VALUES ")
            .rows(list(&senders))
            .sql(REGISTERED)
            .sql(ranges.recent)
            .bind(asked.recent_since)
            .sql(ranges.end)
            .sql(SENT)
            .sql(ranges.sent)
            .bind(asked.sent_since)
            .sql(ranges.end)
            .sql(QUESTIONS)
            .bind(asked.now)
            .sql(LATEST)
            .sql(ranges.made)
            .bind(asked.reports_since)
            .sql(ranges.end)
            .sql(LATEST_END)
            .load::<SenderRow>(conn)?;
        for row in rows {
            found.add(row)?;
        }
    }
    in_order(&mut found.people);
    Ok(found)
}

const MISSING: DbError = DbError::Corrupt("a row that a look-up found");

impl Senders {
    fn add(&mut self, (part, key, bytes, (a, b, c, d, e, f), (t, u, v, w)): SenderRow) -> DbResult<()> {
        let key = digest(key)?;
        match part {
            1 => {
                let pin_index = bytes.map(digest).transpose()?;
                let person_id = a.ok_or(MISSING)?;
                let person = Registered {
                    person_id,
                    marks: d == Some(1),
                    practice: e == Some(1),
                    pin_index,
                    posts: Vec::new(),
                };
                let post = post((b, c), (t, u, v, w))?;
                add_post(person_in(self.people.entry(key).or_default(), person), post);
            }
            2 => {
                self.taken.insert(key, (a.ok_or(MISSING)?, digest(bytes.ok_or(MISSING)?)?));
            }
            3 => {
                let sent = (digest(bytes.ok_or(MISSING)?)?, a.ok_or(MISSING)?);
                self.recent.entry(key).or_default().push(sent);
            }
            4 => {
                self.sent.insert((key, digest(bytes.ok_or(MISSING)?)?));
            }
            5 => {
                let (kind, text_cipher) = t.zip(bytes).ok_or(MISSING)?;
                let ((person_id, received_at), expires_at) = a.zip(b).zip(c).ok_or(MISSING)?;
                let sender_index = key;
                let question =
                    StoredQuestion { sender_index, person_id, kind, text_cipher, received_at, expires_at };
                self.questions.insert(key, question);
            }
            _ => {
                let ((id, person), (unit_id, received_at)) = a.zip(c).zip(d.zip(f)).ok_or(MISSING)?;
                let period = number(e)?;
                let text_index = bytes.map(digest).transpose()?;
                let latest =
                    LatestReport { id, message_id: b, unit_id, period, received_at, added: t, text_index };
                self.latest.insert(person, latest);
            }
        }
        Ok(())
    }
}

/// A post, where the person holds one: its unit and commune, their code and names, the days.
fn post(
    (unit, commune_id): (Number, Number),
    (code, name, commune_name, days): (Words, Words, Words, Words),
) -> DbResult<Option<ReportingPost>> {
    let Some(((unit_id, code), (name, days))) = unit.zip(code).zip(name.zip(days)) else { return Ok(None) };
    let mut days = days.split(' ').map(day);
    let mut next = || days.next().unwrap_or(Err(MISSING));
    let (valid_from, valid_to, unit_valid_to) = (next()?, next()?, next()?);
    Ok(Some(ReportingPost {
        unit_id,
        code,
        name,
        commune_id,
        commune_name,
        valid_from,
        valid_to,
        unit_valid_to,
    }))
}

fn day(text: &str) -> DbResult<NaiveDate> {
    text.parse().map_err(|_| DbError::Corrupt("a day"))
}

fn number(value: Number) -> DbResult<i32> {
    value.and_then(|number| i32::try_from(number).ok()).ok_or(MISSING)
}

/// What stands for months that may be meant.
#[derive(Debug, Default)]
pub struct Months {
    /// The current returns.
    pub returns: Vec<CurrentReturn>,
    /// The current incidents, oldest chain first.
    pub incidents: Vec<CurrentIncident>,
    /// The months that communes have closed.
    pub closed: HashSet<(UnitId, i32)>,
    /// The highest figures.
    pub highest: HashMap<(UnitId, IndicatorId), i64>,
}

/// Which months are looked up.
#[derive(Debug, Clone)]
pub struct AskedMonths<'a> {
    /// The hamlets, each given once.
    pub units: &'a [UnitId],
    /// Their communes, each given once.
    pub communes: &'a [UnitId],
    /// The periods.
    pub periods: &'a BTreeSet<i32>,
    /// The indicators whose highest figure is wanted.
    pub indicators: &'a [IndicatorId],
    /// Since which period.
    pub highest_since: i32,
}

type MonthColumns = (
    Integer,
    (Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>),
    (Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>),
    (Nullable<Text>, Nullable<Text>),
);
type Four = (Number, Number, Number, Number);
type MonthRow = (i32, Four, Four, (Words, Words));

const RETURNS: &str = ") SELECT 1, r.unit_id, CAST(r.period AS BIGINT), r.report_id, v.chain_id, CAST(r.version AS BIGINT), \
    v.person_id, r.first_received_at, \
    CAST(CASE WHEN r.rest_zero THEN 2 ELSE 0 END + CASE WHEN r.on_time THEN 1 ELSE 0 END AS BIGINT), v.stated, CAST(NULL AS TEXT) \
    FROM hamlet CROSS JOIN month_return r JOIN report v ON v.id = r.report_id \
    WHERE r.unit_id = hamlet.k";
const INCIDENTS: &str = ") UNION ALL SELECT 2, i.unit_id, CAST(i.period AS BIGINT), i.report_id, i.chain_id, \
    CAST(v.version AS BIGINT), NULL, NULL, NULL, v.stated, CAST(i.day AS TEXT) \
    FROM hamlet CROSS JOIN incident i JOIN report v ON v.id = i.report_id WHERE i.unit_id = hamlet.k AND i.period IN (";
const CLOSED: &str = ") UNION ALL SELECT 3, s.commune_id, CAST(s.period AS BIGINT), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    FROM commune CROSS JOIN month_state s WHERE s.commune_id = commune.k AND s.state <> 'open' AND s.period IN (";
const HIGHEST: &str = " UNION ALL SELECT 4, v.unit_id, CAST(v.indicator_id AS BIGINT), max(v.figure), \
    NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    FROM hamlet CROSS JOIN value v WHERE v.unit_id = hamlet.k";

/// What stands for months that may be meant.
pub fn months(conn: &mut Conn, asked: &AskedMonths) -> DbResult<Months> {
    let (mut found, ranges) = (Months::default(), ranges(conn));
    let periods: Vec<i32> = asked.periods.iter().copied().collect();
    let (hamlets, communes): (Vec<_>, Vec<_>) =
        (wanted(asked.units).collect(), wanted(asked.communes).collect());
    let indicators: Vec<Bind> = padded(asked.indicators).next().unwrap_or_default();
    for periods in padded(&periods) {
        for at in 0..hamlets.len().max(communes.len()) {
            let nothing = || repeat_n([Bind::Big(None)], 1).collect();
            let list = |lists: &[Vec<[Bind; 1]>]| lists.get(at).cloned().unwrap_or_else(nothing);
            let mut query = Sql::<MonthColumns>::new("WITH hamlet (k) AS (VALUES ")
                .rows(list(&hamlets))
                .sql("), commune (k) AS (VALUES ")
                .rows(list(&communes))
                .sql(RETURNS)
                .sql(ranges.periods)
                .list(periods.iter().cloned())
                .sql(INCIDENTS)
                .list(periods.iter().cloned())
                .sql(CLOSED)
                .list(periods.iter().cloned())
                .sql(")");
            if !indicators.is_empty() {
                query = query
                    .sql(HIGHEST)
                    .sql(ranges.highest)
                    .bind(asked.highest_since)
                    .sql(ranges.end)
                    .sql(" AND v.indicator_id + 0 IN (")
                    .list(indicators.iter().cloned())
                    .sql(") GROUP BY v.unit_id, v.indicator_id");
            }
            for row in query.load::<MonthRow>(conn)? {
                found.add(row)?;
            }
        }
    }
    found.incidents.sort_unstable_by_key(|incident| incident.chain_id);
    Ok(found)
}

impl Months {
    fn add(&mut self, (part, (a, b, c, d), (e, f, g, h), (stated, text)): MonthRow) -> DbResult<()> {
        let (unit_id, second) = (a.ok_or(MISSING)?, number(b)?);
        let chain = || c.zip(d).ok_or(MISSING);
        match part {
            1 => {
                let (report_id, chain_id) = chain()?;
                let flags = h.ok_or(MISSING)?;
                self.returns.push(CurrentReturn {
                    unit_id,
                    period: second,
                    report_id,
                    chain_id,
                    version: number(e)?,
                    rest_zero: flags & 2 != 0,
                    stated: stated.ok_or(MISSING)?,
                    person_id: f,
                    first_received_at: g.ok_or(MISSING)?,
                    on_time: flags & 1 != 0,
                });
            }
            2 => {
                let (report_id, chain_id) = chain()?;
                self.incidents.push(CurrentIncident {
                    chain_id,
                    report_id,
                    version: number(e)?,
                    unit_id,
                    period: second,
                    day: day(&text.ok_or(MISSING)?)?,
                    stated: stated.ok_or(MISSING)?,
                });
            }
            3 => {
                self.closed.insert((unit_id, second));
            }
            _ => {
                self.highest.insert((unit_id, second), c.ok_or(MISSING)?);
            }
        }
        Ok(())
    }
}
