//! Forms about the yearly review go the way of the API: a registration, and a self-assessment.

use std::collections::BTreeMap;

use super::forms::REGISTRATION;
use super::record::Report;
use super::{Answered, Attached, CollectError, Collecting, Fate, Sent};
use crate::crypto::sha256;
use crate::db::unit::Unit;
use crate::db::{Conn, DbResult, history};
use crate::documents::file_kind::FileKind;
use crate::domain::form::{Answer, Asked, Asks, Collected, FieldKind, Form, Questionnaire};
use crate::domain::intake::SubmissionKind;
use crate::domain::period::Period;
use crate::domain::reply::Words;
use crate::domain::review::propose::Fact;
use crate::domain::review::registration::due_words;
use crate::domain::review::{Scheme, UnitKind};
use crate::domain::template::{TemplateKey, key};
use crate::flows::authenticate::Caller;
use crate::flows::review::{
    self, AssessmentRequest, ByForm, Conclusion, Done, Earlier, FormRegistration, Outcome, Purpose, Refused,
    ReviewError, Trial,
};

/// The indicator that counts registered households, and the fact that holds the day of the resolution.
const HOUSEHOLDS: &str = "HDK";
const RESOLUTION: &str = "resolution_day";

impl Collecting {
    /// Takes the registration of a unit; its households are a figure of the month, as from the app.
    pub(super) async fn register(
        &self,
        caller: &Caller,
        sent: Sent,
        kinds: Vec<FileKind>,
        collected: &Collected,
    ) -> Result<Answered, CollectError> {
        let Some((code, year)) = subject_of(collected) else {
            return self.keep(caller, sent, kinds, "unit year".to_owned()).await;
        };
        let unit = self.reviews.subject(caller, code, year).await?.unit;
        let answers = &collected.entry.answers;
        if answers.contains_key("households") && unit.kind != UnitKind::Hamlet.name() {
            return self.keep(caller, sent, kinds, "households".to_owned()).await;
        }
        match self.try_registration(caller, &sent, (&unit, year), collected).await {
            Err(CollectError::Review(error)) => self.refused(caller, sent, kinds, (&unit, year), error).await,
            other => other,
        }
    }

    /// The households first, since the person may be asked about them; but only where the registration can be taken.
    async fn try_registration(
        &self,
        caller: &Caller,
        sent: &Sent,
        (unit, year): (&Unit, i32),
        collected: &Collected,
    ) -> Result<Answered, CollectError> {
        let register = |trial| {
            let wanted = review::Registration { unit: unit.code.clone(), year, on: None };
            self.reviews.register_by_form(caller, by_form(sent), wanted, facts_of(collected), trial)
        };
        let id_taken = || Ok(self.say(Fate::Contradicts, key::FORM_ID_TAKEN, &[]));
        let mut told = None;
        if let Some(Answer::Number(households)) = collected.entry.answers.get("households") {
            if register(Trial::Yes).await?.what.is_none() {
                return id_taken();
            }
            let answered =
                self.record_households(caller, sent, unit, *households, collected.confirmed).await?;
            if answered.fate != Fate::Taken {
                return Ok(answered);
            }
            told = Some(answered.message);
        }
        let Done { what: Some(registered), practice } = register(Trial::No).await? else { return id_taken() };
        if !practice {
            self.attach(caller, sent, registered.review.id).await?;
        }
        let mut answered = self.say_registered(caller, unit, &registered);
        answered.message.extend(told.iter().flat_map(|told| [" ", told]));
        Ok(answered)
    }

    async fn record_households(
        &self,
        caller: &Caller,
        sent: &Sent,
        unit: &Unit,
        households: i64,
        confirmed: bool,
    ) -> Result<Answered, CollectError> {
        let period = self.period_of_households(sent).await?;
        let indicator = self.intake.context().rules.catalogue.by_code(HOUSEHOLDS);
        let values = indicator.map(|indicator| (indicator.id, households)).into_iter().collect();
        let kind = SubmissionKind::Month(period);
        self.submit(caller, sent, Report { unit, kind, values, rest_zero: false, confirmed, note: None })
            .await
    }

    /// The month in which the form, or the one that it corrects, was counted; else the one that is reported now.
    async fn period_of_households(&self, sent: &Sent) -> DbResult<Period> {
        let ids: Vec<String> =
            sent.instance.deprecated_id.iter().chain([&sent.instance.id]).cloned().collect();
        let load = move |conn: &mut Conn| -> DbResult<Option<Period>> {
            let mut known = None;
            for id in &ids {
                let chain = history::chain_of_client(conn, id)?;
                let version = chain.iter().find(|version| version.client_id.as_ref() == Some(id));
                known = version.and_then(|version| Period::from_number(version.period).ok()).or(known);
            }
            Ok(known)
        };
        let now = || self.intake.context().rules.calendar.reportable(self.clock.today());
        Ok(self.db.read(load).await?.unwrap_or_else(now))
    }

    /// Keeps the photographs with the review, those that are not there: what was handed in may not be added to.
    async fn attach(&self, caller: &Caller, sent: &Sent, review: i64) -> Result<(), ReviewError> {
        if sent.files.is_empty() {
            return Ok(());
        }
        let there = self.reviews.attached(caller, review).await?;
        for Attached { name, bytes } in &sent.files {
            let content = sha256(&[bytes]);
            if there.iter().any(|file| file.stored.content == content) {
                continue;
            }
            let purpose = Purpose::Document(review::REGISTRATION.to_owned());
            let (name, bytes) = (name.clone(), bytes.clone());
            self.reviews.attach(caller, review, review::Attachment { purpose, name, bytes }).await?;
        }
        Ok(())
    }

    fn say_registered(&self, caller: &Caller, unit: &Unit, registered: &FormRegistration) -> Answered {
        let FormRegistration { review, kind, new, earlier } = registered;
        let words = self.words();
        let mut fields = about(&words, unit, review.year);
        if !new {
            fields.push(("day", words.day(review.registered_on)));
            return self.say(Fate::Taken, key::REVIEW_ALREADY, &fields);
        }
        fields.push(("due", due_words(kind, review.year, review.late)));
        let key = match earlier {
            Some(Earlier { withdrawn: true, .. }) => key::FORM_REGISTERED_INSTEAD,
            Some(_) => key::FORM_REGISTERED_BESIDE,
            // Who has a number takes it back by a text.
            None if caller.person_id().is_some() => key::REVIEW_REGISTERED,
            None => key::FORM_REGISTERED,
        };
        if let Some(earlier) = earlier {
            let other = if earlier.year == review.year {
                words.name(&earlier.unit)
            } else {
                format!("năm {}", earlier.year)
            };
            fields.push(("other", other));
        }
        self.say(Fate::Taken, key, &fields)
    }

    /// Takes a self-assessment, read by the scheme of the review that it is about.
    pub(super) async fn assess(
        &self,
        caller: &Caller,
        form: &Form,
        sent: Sent,
        kinds: Vec<FileKind>,
    ) -> Result<Answered, CollectError> {
        let asked_first = |(name, _): &&(String, String)| form.field(name).is_some();
        let head: Vec<(String, String)> = sent.instance.answers.iter().filter(asked_first).cloned().collect();
        let head = Collected::read(form, &head).ok().and_then(|head| subject_of(&head));
        let Some((code, year)) = head else {
            return self.keep(caller, sent, kinds, "unit year".to_owned()).await;
        };
        let subject = self.reviews.subject(caller, code, year).await?;
        let about = about(&self.words(), &subject.unit, year);
        let Some((id, scheme, kind)) = subject.review else {
            return Ok(self.say(Fate::Refused, key::FORM_NOT_REGISTERED, &about));
        };
        let request = match self.read_assessment(form, &sent, &scheme, kind) {
            Ok(request) => request,
            Err(unread) => return self.keep(caller, sent, kinds, unread).await,
        };
        if request.answers.is_empty() && request.facts.is_empty() {
            return Ok(self.say(Fate::Refused, key::FORM_ASSESS_EMPTY, &[]));
        }
        let taken = self.reviews.assess_by_form(caller, by_form(&sent), id, request).await;
        match taken {
            Ok(Some(0)) => Ok(self.say(Fate::Taken, key::FORM_ASSESSED, &about)),
            Ok(Some(left)) => {
                let fields = [&about[..], &[("count", left.to_string())]].concat();
                Ok(self.say(Fate::Taken, key::FORM_ASSESSED_PART, &fields))
            }
            Ok(None) => Ok(self.say(Fate::Contradicts, key::FORM_ID_TAKEN, &[])),
            Err(ReviewError::Fields(refused)) => {
                match self.told_of(&subject.unit, (&scheme, kind, year), &refused) {
                    Some(answered) => Ok(answered),
                    None => {
                        let unread: Vec<String> =
                            refused.into_iter().map(|refused| refused.pointer).collect();
                        self.keep(caller, sent, kinds, unread.join(" ")).await
                    }
                }
            }
            Err(error) => self.refused(caller, sent, kinds, (&subject.unit, year), error).await,
        }
    }

    /// What a form says to the criteria of its review.
    ///
    /// # Errors
    /// The names of fields that do not fit them.
    fn read_assessment(
        &self,
        form: &Form,
        sent: &Sent,
        scheme: &Scheme,
        kind: UnitKind,
    ) -> Result<AssessmentRequest, String> {
        let kind = scheme.of(kind).ok_or_else(|| "unit".to_owned())?;
        let asked =
            form.with_criteria(self.forms.criteria(), &[Questionnaire { scheme, kind, of: Asked::Reading }]);
        let names =
            |bad: Vec<(String, _)>| bad.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ");
        let collected = Collected::read(&asked, &sent.instance.answers).map_err(|bad| names(bad.0))?;
        request_of(&asked, &collected)
    }

    /// What is said of answers that the review does not take; `None`: they do not belong to it at all.
    fn told_of(
        &self,
        unit: &Unit,
        (scheme, kind, year): (&Scheme, UnitKind, i32),
        refused: &[Refused],
    ) -> Option<Answered> {
        let words = self.words();
        let hamlet = ("hamlet", words.name(&unit.name));
        let criteria = |codes: &[&str]| {
            let of = refused.iter().filter(|refused| codes.contains(&refused.code));
            let mut ids: Vec<String> = of.filter_map(Refused::criterion).collect();
            ids.dedup();
            (!ids.is_empty()).then(|| ("list", ids.join(", ")))
        };
        if let Some(list) = criteria(&["police_only", "never_described"]) {
            return Some(self.say(Fate::Refused, key::FORM_ASSESS_POLICE, &[hamlet, list]));
        }
        if refused.iter().any(|refused| refused.code == "too_early") {
            let day = words.day(scheme.of(kind)?.assess_from.in_year(year));
            return Some(self.say(Fate::Refused, key::FORM_ASSESS_EARLY, &[hamlet, ("day", day)]));
        }
        let only_notes = refused.iter().all(|refused| refused.code == "note_needed");
        let list = criteria(&["note_needed"]).filter(|_| only_notes)?;
        Some(self.say(Fate::Contradicts, key::FORM_ASSESS_NOTE, &[hamlet, list]))
    }

    /// How a form is answered that the review does not take.
    async fn refused(
        &self,
        caller: &Caller,
        sent: Sent,
        kinds: Vec<FileKind>,
        (unit, year): (&Unit, i32),
        error: ReviewError,
    ) -> Result<Answered, CollectError> {
        let fields = about(&self.words(), unit, year);
        let says = |fate, key: TemplateKey| Ok(self.say(fate, key, &fields));
        match error {
            ReviewError::NoScheme(_) | ReviewError::NotCovered(_) | ReviewError::Ineligible(_) => {
                says(Fate::Refused, key::FORM_REVIEW_IMPOSSIBLE)
            }
            ReviewError::NotNow { .. } => says(Fate::Contradicts, key::FORM_REVIEW_OVER),
            ReviewError::Fields(refused) if refused.iter().any(|refused| refused.code == "over") => {
                says(Fate::Refused, key::FORM_REVIEW_OVER)
            }
            ReviewError::Fields(refused) => {
                let unread: Vec<String> = refused.into_iter().map(|refused| refused.pointer).collect();
                self.keep(caller, sent, kinds, format!("{REGISTRATION} {}", unread.join(" "))).await
            }
            error => Err(error.into()),
        }
    }
}

fn about(words: &Words<'_>, unit: &Unit, year: i32) -> Vec<(&'static str, String)> {
    vec![("hamlet", words.name(&unit.name)), ("year", year.to_string())]
}

fn by_form(sent: &Sent) -> ByForm {
    ByForm {
        instance_id: sent.instance.id.clone(),
        corrects: sent.instance.deprecated_id.clone(),
        content: sha256(&[b"OpenRosa\0", &sent.xml]),
    }
}

/// The facts that a registration brings.
fn facts_of(collected: &Collected) -> BTreeMap<String, Fact> {
    match collected.entry.answers.get(RESOLUTION) {
        Some(Answer::Day(day)) => BTreeMap::from([(RESOLUTION.to_owned(), Fact::Day(*day))]),
        _ => BTreeMap::new(),
    }
}

/// The unit and year that a form names.
fn subject_of(collected: &Collected) -> Option<(String, i32)> {
    let answers = &collected.entry.answers;
    match (answers.get("unit"), answers.get("year")) {
        (Some(Answer::Unit(code)), Some(Answer::Number(year))) => {
            Some((code.clone(), i32::try_from(*year).ok()?))
        }
        _ => None,
    }
}

/// The answers and facts of a form that asks for those of one scheme.
fn request_of(form: &Form, collected: &Collected) -> Result<AssessmentRequest, String> {
    let mut request = AssessmentRequest::default();
    let mut notes = BTreeMap::new();
    for field in &form.fields {
        let (Some(asks), Some(answer)) = (&field.asks, collected.entry.answers.get(&field.name)) else {
            continue;
        };
        match (asks, answer, &field.kind) {
            (Asks::Criterion(id), Answer::Choice(name), _) => {
                let outcome = Outcome::by_name(name).ok_or_else(|| field.name.clone())?;
                request.answers.insert(id.clone(), Conclusion { outcome, note: None });
            }
            (Asks::Note(id), Answer::Text(note), _) => _ = notes.insert(id, (note.clone(), &field.name)),
            (Asks::Fact(fact), Answer::Number(number), _) => {
                request.facts.insert(fact.clone(), Fact::Number(*number));
            }
            (Asks::Fact(fact), Answer::Day(day), _) => {
                _ = request.facts.insert(fact.clone(), Fact::Day(*day))
            }
            (Asks::Fact(fact), Answer::Choice(name), FieldKind::Choice { choices }) => {
                let rating =
                    choices.iter().find(|choice| choice.name == *name).map(|choice| choice.label.clone());
                request.facts.extend(rating.map(|rating| (fact.clone(), Fact::Choice(rating))));
            }
            _ => return Err(field.name.clone()),
        }
    }
    for (id, (note, name)) in notes {
        request.answers.get_mut(id).ok_or_else(|| name.clone())?.note = Some(note);
    }
    Ok(request)
}
