//! What the rules are shown of the board for one text or submission.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Board, ECHO_MS, Extras};
use crate::clock::day_in_vietnam;
use crate::crypto::{Digest, Place};
use crate::db::person::Registered;
use crate::db::{Conn, DbError, DbResult, message};
use crate::domain::ids::{UnitId, floor_at};
use crate::domain::intake::{
    Hamlet, LastReport, Mistake, Person, Sender, Situation, Submission, SubmissionKind, Trust,
    may_name_neighbour,
};
use crate::domain::period::{Period, Span};
use crate::domain::shortcode::Intent;
use crate::flows::intake::prepare::PreparedText;
use crate::flows::intake::{NewSubmission, alert, pin_index};

impl Board<'_> {
    /// What only some texts need, looked up for those.
    pub(in crate::flows::intake) fn extras(&self, conn: &mut Conn, text: &PreparedText) -> DbResult<Extras> {
        let mut extras = Extras::default();
        let posts = || self.registered(&text.sender_index).iter().flat_map(|person| &person.posts);
        if let Some(name) = posts().find_map(|post| post.commune_name.as_deref()) {
            extras.contact = format!("Công an {}", uncapitalised(name));
        }
        if may_name_neighbour(&text.raw.text, &text.reading) {
            let communes: BTreeSet<UnitId> = posts().filter_map(|post| post.commune_id).collect();
            extras.neighbours =
                communes.iter().filter_map(|id| self.neighbours.get(id)).flatten().cloned().collect();
        }
        if self.is_about_review(text) {
            extras.reviewed = Some(self.reviewed(conn, text)?);
        }
        if text.reading.intent == Intent::Help {
            extras.mistake = self.mistake(conn, text)?;
        }
        if text.reading.intent == Intent::Urgent {
            let commune = posts().find_map(|post| post.commune_id);
            let officers = alert::receivers(conn, self.context, text, commune)?;
            extras.on_duty = alert::names(self.context, &officers)?;
        }
        Ok(extras)
    }

    fn mistake(&self, conn: &mut Conn, text: &PreparedText) -> DbResult<Option<Mistake>> {
        let since = floor_at(self.context.clock.real_micros() / 1_000 - ECHO_MS);
        let Some((id, sealed, received)) = message::latest_asked(conn, text.sender_index, since)? else {
            return Ok(None);
        };
        let words = self.context.keys.open_text(Place { table: "message", row: id }, &sealed);
        Ok(Some(Mistake { text: words.map_err(|_| DbError::Corrupt("the words of a text"))?, received }))
    }

    /// What the rules need to know to decide about `text`.
    pub(in crate::flows::intake) fn situation_of<'b>(
        &'b self,
        text: &PreparedText,
        extras: &'b Extras,
    ) -> Situation<'b> {
        let today = day_in_vietnam(text.raw.received_at);
        let same = |sent: &&(Digest, i64)| sent.0 == text.text_index;
        Situation {
            now: text.raw.received_at,
            today,
            sender: self.sender(text, today),
            trust: if text.raw.trusted { Trust::High } else { Trust::Low },
            pin_given: self.by_pin(text).is_some(),
            repeats: self.recent.get(&text.sender_index).map_or(0, |sent| sent.iter().filter(same).count()),
            echo: self.echoes.contains(&(text.sender_index, text.text_index)),
            question: self.questions.get(&text.sender_index).cloned(),
            mistake: extras.mistake.clone(),
            neighbours: &extras.neighbours,
            contact: &extras.contact,
            on_duty: &extras.on_duty,
            reviewed: extras.reviewed.as_ref(),
            ..self.bare_situation(text.raw.received_at)
        }
    }

    /// What the rules need to know to decide about a submission, whose sender has been checked by the way in; and the
    /// submission with what its client started from.
    pub(in crate::flows::intake) fn situation_of_submission(
        &self,
        new: &NewSubmission,
    ) -> (Situation<'_>, Submission) {
        let mut submission = new.report.clone();
        if let (SubmissionKind::Month(period), Some(version)) = (submission.kind, submission.base_version) {
            let base = self.bases.get(&(submission.unit, period.number(), version));
            submission.base_values = base.cloned().unwrap_or_default();
        }
        (self.bare_situation(new.received_at), submission)
    }

    /// The month that a day counts in.
    pub(in crate::flows::intake) fn containing(&self, day: NaiveDate) -> Period {
        self.context.rules.calendar.containing(day)
    }

    fn bare_situation(&self, now: i64) -> Situation<'_> {
        Situation {
            now,
            today: day_in_vietnam(now),
            calendar: &self.context.rules.calendar,
            catalogue: &self.context.rules.catalogue,
            sender: Sender::Unknown { answered_today: true },
            trust: Trust::High,
            pin_given: false,
            repeats: 0,
            echo: false,
            question: None,
            months: &self.months,
            highest: &self.highest,
            templates: &self.context.rules.templates,
            mistake: None,
            neighbours: &[],
            contact: "",
            on_duty: &[],
            reviewed: None,
        }
    }

    fn sender(&self, text: &PreparedText, today: NaiveDate) -> Sender {
        if let Some(person) = self.by_pin(text) {
            return Sender::Known(self.person(person, text, today));
        }
        match self.people.get(&text.sender_index).map(Vec::as_slice) {
            None | Some([]) => {
                Sender::Unknown { answered_today: self.told_today.contains(&text.sender_index) }
            }
            Some([one]) => Sender::Known(self.person(one, text, today)),
            Some(several) => {
                Sender::Shared(several.iter().map(|person| self.person(person, text, today)).collect())
            }
        }
    }

    fn by_pin(&self, text: &PreparedText) -> Option<&Registered> {
        let pin = text.reading.pin.as_deref()?;
        let people = self.people.get(&text.sender_index)?;
        people
            .iter()
            .find(|person| person.pin_index == Some(pin_index(&self.context.keys, person.person_id, pin)))
    }

    fn person(&self, registered: &Registered, text: &PreparedText, today: NaiveDate) -> Person {
        let (mut hamlets, mut former) = (Vec::new(), Vec::new());
        for post in &registered.posts {
            let hamlet = Hamlet { id: post.unit_id, code: post.code.clone(), name: post.name.clone() };
            let last_day = post.valid_to.min(post.unit_valid_to);
            if last_day < today {
                former.push((hamlet, Span { from: post.valid_from, to: last_day }));
            } else if post.valid_from <= today && !hamlets.contains(&hamlet) {
                hamlets.push(hamlet);
            }
        }
        let latest = self.latest.get(&registered.person_id);
        let last_report = latest.map(|latest| LastReport {
            same_text: latest.text_index == Some(text.text_index),
            ..latest.report.clone()
        });
        let (marks, practice) = (registered.marks, registered.practice);
        Person { id: registered.person_id, hamlets, former, marks, practice, last_report }
    }
}

/// “Xã Mường Bú” within a sentence.
fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
