//! The same as one statement, for PostgreSQL: the head is moved, its numbers are given out and the link is hashed within
//! the database, so that the head is locked no longer than it must be.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};

use super::{NewAudit, NewChange, names};
use crate::db::DbResult;

pub(super) fn append(
    conn: &mut PgConnection,
    at: i64,
    count: i64,
    changes: &[NewChange],
    audit: &NewAudit,
) -> DbResult<()> {
    let append = Append {
        at,
        count,
        rest: [names(audit).as_bytes(), &[0], &audit.digest].concat(),
        actor: audit.actor,
        action: audit.action,
        subject: audit.subject,
        digest: &audit.digest,
        entities: changes.iter().map(|change| change.entity).collect(),
        ids: changes.iter().map(|change| change.entity_id).collect(),
        units: changes.iter().map(|change| change.unit_id).collect(),
        communes: changes.iter().map(|change| change.commune_id).collect(),
    };
    append.execute(conn)?;
    Ok(())
}

struct Append<'a> {
    at: i64,
    count: i64,
    /// What a link is hashed over, after the numbers.
    rest: Vec<u8>,
    actor: &'a str,
    action: &'a str,
    subject: &'a str,
    digest: &'a [u8],
    entities: Vec<&'static str>,
    ids: Vec<i64>,
    units: Vec<Option<i64>>,
    communes: Vec<Option<i64>>,
}

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // Each number is bound once and called by its name from there on.
        out.push_sql("WITH given AS (SELECT CAST(");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" AS BIGINT) AS at, CAST(");
        out.push_bind_param::<BigInt, _>(&self.count)?;
        out.push_sql(
            " AS BIGINT) AS count), head AS (UPDATE log_head SET change_number = change_number + given.count, \
             audit_number = audit_number + 1, hash = sha256(hash || int8send(audit_number + 1) || int8send(given.at) || \
             int8send(CASE WHEN given.count > 0 THEN change_number + 1 ELSE 0 END) || \
             int8send(CASE WHEN given.count > 0 THEN change_number + given.count ELSE 0 END) || ",
        );
        out.push_bind_param::<Binary, _>(&self.rest)?;
        out.push_sql(
            ") FROM given WHERE id = 1 RETURNING change_number, audit_number, hash), \
             changed AS (INSERT INTO change (number, at, entity, entity_id, unit_id, commune_id) \
             SELECT head.change_number - given.count + c.place, given.at, c.entity, c.entity_id, c.unit_id, c.commune_id \
             FROM head CROSS JOIN given CROSS JOIN UNNEST(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.entities)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.units)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.communes)?;
        out.push_sql(
            ") WITH ORDINALITY AS c (entity, entity_id, unit_id, commune_id, place)) \
             INSERT INTO audit (number, at, actor, action, subject, first_change, last_change, digest, hash) \
             SELECT head.audit_number, given.at, ",
        );
        for text in [&self.actor, &self.action, &self.subject] {
            out.push_bind_param::<Text, _>(text)?;
            out.push_sql(", ");
        }
        out.push_sql(
            "CASE WHEN given.count > 0 THEN head.change_number - given.count + 1 END, \
             CASE WHEN given.count > 0 THEN head.change_number END, ",
        );
        out.push_bind_param::<Binary, _>(&self.digest)?;
        out.push_sql(", head.hash FROM head CROSS JOIN given");
        Ok(())
    }
}

impl QueryId for Append<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Append<'_> {}
