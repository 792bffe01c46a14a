//! What takes a person's latest report back.

use std::collections::BTreeSet;

use super::{Board, Chain, FirstReturn, Latest, month_key};
use crate::clock::day_in_vietnam;
use crate::crypto::Digest;
use crate::db::latest_report::{self, MadeVersion};
use crate::db::{Conn, DbResult};
use crate::domain::ids::{PersonId, ReportId};
use crate::domain::intake::{About, Figures, Incident, NewReport, OpenQuestion, QuestionKind, Undo};
use crate::flows::intake::figures::figures;
use crate::flows::intake::prepare::PreparedText;

impl Board<'_> {
    /// What takes back the latest report of those who want to take one back.
    pub(super) fn load_undos(
        &mut self,
        conn: &mut Conn,
        texts: &[&PreparedText],
        periods: &BTreeSet<i32>,
    ) -> DbResult<()> {
        let asked = |sender: &Digest| {
            let cancels =
                |q: &OpenQuestion| matches!(q.kind, QuestionKind::Confirm { about: About::Cancel, .. });
            self.questions.get(sender).is_some_and(cancels)
        };
        let taking_back = texts.iter().filter(|text| text.erases || asked(&text.sender_index));
        let people: BTreeSet<PersonId> = taking_back
            .flat_map(|text| self.registered(&text.sender_index))
            .map(|person| person.person_id)
            .collect();
        for person in people {
            let Some((report, message)) = self.latest.get(&person).and_then(|latest| latest.stored) else {
                continue;
            };
            let versions = latest_report::made_together(conn, person, report, message)?;
            // What has not been looked up is not known to stand.
            if versions.iter().any(|version| !periods.contains(&version.period)) {
                continue;
            }
            let undos = versions.iter().map(|version| self.undo(version)).collect::<DbResult<Vec<Undo>>>()?;
            if let Some(latest) = self.latest.get_mut(&person) {
                latest.report.undo = undos;
            }
        }
        Ok(())
    }

    fn undo(&mut self, made: &MadeVersion) -> DbResult<Undo> {
        let key = month_key(made.unit_id, made.period)?;
        self.chains.insert(made.id, Chain { id: made.chain_id, version: made.version });
        if made.day.is_none() {
            let due = self.context.rules.calendar.hamlet_due(key.1);
            let on_time = day_in_vietnam(made.first_received_at) <= due;
            let first = FirstReturn { received_at: made.first_received_at, on_time };
            self.first_returns.entry(key).or_insert(first);
        }
        let stated = |stated: &str, rest_zero: bool| -> DbResult<Option<(Figures, bool)>> {
            let figures = figures(stated)?;
            Ok((!figures.is_empty() || rest_zero).then_some((figures, rest_zero)))
        };
        Ok(Undo {
            report: made.id,
            period: key.1,
            day: made.day,
            took_back: stated(&made.stated, made.rest_zero)?.is_none(),
            before: match &made.before {
                Some((before, rest_zero)) => stated(before, *rest_zero)?,
                None => None,
            },
        })
    }

    /// What takes back all that the text at hand has made, with `undo`.
    pub(in crate::flows::intake) fn undo_with(
        &self,
        person: PersonId,
        undo: Option<Undo>,
        text_index: Option<Digest>,
        at: i64,
    ) -> Vec<Undo> {
        let same = |latest: &&Latest| {
            latest.stored.is_none() && latest.report.at == at && latest.text_index == text_index
        };
        let earlier = self.latest.get(&person).filter(same).map(|latest| latest.report.undo.clone());
        earlier.unwrap_or_default().into_iter().chain(undo).collect()
    }
}

/// What will take the version `id` back; nothing takes a proposal back.
pub(in crate::flows::intake) fn undo_of(board: &Board, id: ReportId, new: &NewReport) -> Option<Undo> {
    if new.proposal {
        return None;
    }
    let month = board.months.get(&(new.unit, new.period));
    let before = match new.day {
        None => month.and_then(|month| month.month_return.as_ref()).map(|r| (r.values.clone(), r.rest_zero)),
        Some(_) => {
            let replaced = |incident: &&Incident| Some(incident.report) == new.previous;
            let incidents = month.map_or(&[][..], |month| month.incidents.as_slice());
            incidents.iter().find(replaced).map(|incident| (incident.values.clone(), false))
        }
    };
    Some(Undo { report: id, period: new.period, day: new.day, took_back: new.takes_back(), before })
}
