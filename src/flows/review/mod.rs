//! The yearly review, step by step: a unit registers, answers the criteria, hands in its file, and others decide.
//!
//! Each step is one transaction: the review is locked by its unit, the domain says what follows, and the step is written
//! beside the state. The program proposes, people conclude.

mod account;
mod answers;
mod assess;
mod authority;
mod by_form;
mod decide;
mod files;
mod list;
mod register;
mod schemes;
mod shares;

use std::sync::Arc;

pub(in crate::flows) use account::spans;
pub use answers::{AssessmentRequest, Conclusion, Outcome};
pub use assess::{AssessedCriterion, Assessment, Predecessor};
pub use by_form::{ByForm, Earlier, FormRegistration, Subject};
pub use decide::Certificate;
pub use files::{Attachment, Purpose, REGISTRATION, ShownFile};
pub use list::{ListRequest, ListedUnit, ShownReview, ShownStep};
pub(in crate::flows) use register::{NewRegistration, registered};
pub use register::{Registered, Registration};
pub(in crate::flows) use schemes::{load as review_schemes, province_of};
pub(in crate::flows) use shares::communes_met;
pub use shares::{AreaShares, CommuneShares, ShareRow};

use crate::clock::Clock;
use crate::crypto::{CryptoError, Keys, Place, sha256};
use crate::db::log::{self, NewAudit, NewChange};
use crate::db::review::{Author, NewStep, Review};
use crate::db::unit::{self, Unit};
use crate::db::{Conn, Db, DbError, DbResult, SharedIds, lock, review};
use crate::documents::file_kind::BadFile;
use crate::documents::file_store::{FileStore, StoreError};
use crate::domain::access::Action;
use crate::domain::ids::UnitId;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Calendar;
use crate::domain::review::steps::Decision;
use crate::domain::review::{Ineligible, KindScheme, NotNow, Scheme, Schemes};
use crate::flows::authenticate::Caller;
use crate::flows::permit::{Forbidden, permit};
use crate::flows::practice::practises;

/// What the flows of reviews stand on.
#[derive(Debug, Clone)]
pub struct Reviews {
    /// The database.
    pub db: Db,
    /// Keys of notes, reasons and names of files.
    pub keys: Arc<Keys>,
    /// Makes ids.
    pub ids: SharedIds,
    /// What time it is.
    pub clock: Clock,
    /// The indicators.
    pub catalogue: Arc<Catalogue>,
    /// The calendar of months.
    pub calendar: Arc<Calendar>,
    /// Where files are kept.
    pub files: FileStore,
    /// The largest file that is taken, bytes.
    pub max_file: usize,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is no such review or file, or the caller may not see it.
    #[error("there is no such review")]
    NotFound,
    /// The caller may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Another level decides.
    #[error("the scheme leaves this decision to the level of the {0}")]
    Level(&'static str),
    /// There is no such unit in that year.
    #[error("there is no such unit in that year")]
    UnknownUnit,
    /// No scheme holds for the year.
    #[error("no review scheme holds for {0}; load one with `binhyen import scheme FILE`")]
    NoScheme(i32),
    /// The scheme does not review units of this kind.
    #[error("the scheme of that year does not review units of the kind {0}")]
    NotCovered(String),
    /// The unit cannot be registered.
    #[error(transparent)]
    Ineligible(#[from] Ineligible),
    /// The step does not follow.
    #[error("{unit}: {why}")]
    NotNow {
        /// The code of the unit.
        unit: String,
        /// Why.
        why: NotNow,
    },
    /// A unit whose criteria are not all met cannot be recognised.
    #[error("{unit}: these criteria were answered “not met”: {criteria}; return or refuse the file")]
    NotMet {
        /// The code of the unit.
        unit: String,
        /// The criteria.
        criteria: String,
    },
    /// Fields of the request are wrong.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<Refused>),
    /// The file is not taken.
    #[error(transparent)]
    BadFile(#[from] BadFile),
    /// The file cannot be kept or given.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Work that was handed to another thread was lost.
    #[error("the file could not be read or written; try again")]
    Interrupted,
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A sealed text could not be opened.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands, a JSON pointer.
    pub pointer: String,
    /// A stable name of what is wrong.
    pub code: &'static str,
    /// What to do.
    pub advice: String,
}

impl Refused {
    fn new(pointer: impl Into<String>, code: &'static str, advice: impl Into<String>) -> Self {
        Refused { pointer: pointer.into(), code, advice: advice.into() }
    }

    /// The criterion whose answer it is about.
    pub fn criterion(&self) -> Option<String> {
        let id = self.pointer.strip_prefix("/answers/")?;
        let id = id.split('/').next().unwrap_or(id);
        Some(id.replace("~1", "/").replace("~0", "~"))
    }
}

type Answer<T> = Result<T, ReviewError>;

/// Whether something is done, or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// It is done.
    No,
    /// What would be is told, and nothing of it is kept.
    Yes,
}

/// What somebody did to a review.
#[derive(Debug, Clone)]
pub struct Done<T> {
    /// What it came to.
    pub what: T,
    /// Whether that was practice: so it would be, and nothing of it is kept.
    pub practice: bool,
}

/// For closures on the database: its own errors go out as such, so that a collision is tried again.
fn settle<T>(answer: Answer<T>) -> DbResult<Answer<T>> {
    match answer {
        Err(ReviewError::Db(error)) => Err(error),
        other => Ok(other),
    }
}

/// A review with its unit, and what its scheme says of the kind.
struct Case {
    review: Review,
    unit: Unit,
    scheme: Scheme,
}

impl Case {
    fn kind(&self) -> Answer<&KindScheme> {
        let kind = self.scheme.of(self.review.kind);
        kind.ok_or_else(|| ReviewError::NotCovered(self.review.kind.name().to_owned()))
    }

    fn not_now(&self, why: NotNow) -> ReviewError {
        ReviewError::NotNow { unit: self.unit.code.clone(), why }
    }
}

/// What a step says beside its name.
#[derive(Default)]
struct Said {
    reason: Option<String>,
    decision: Option<Decision>,
}

impl Reviews {
    /// Does `work` in the caller's name, in one transaction; of who practises nothing is kept. Whatever changes a review goes
    /// this way.
    async fn act<T, F>(&self, caller: &Caller, work: F) -> Answer<Done<T>>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Answer<T> + Send + 'static,
    {
        let practice = practises(&self.db, caller).await?;
        let trial = if practice { Trial::Yes } else { Trial::No };
        Ok(Done { what: self.run(trial, work).await?, practice })
    }

    async fn run<T, F>(&self, trial: Trial, mut work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Answer<T> + Send + 'static,
    {
        let work = move |conn: &mut Conn| settle(work(conn));
        match trial {
            Trial::No => self.db.write(work).await?,
            Trial::Yes => self.db.rehearse(work).await?,
        }
    }

    fn next_id(&self) -> DbResult<i64> {
        let mut ids = self.ids.lock().map_err(|_| DbError::Stopped)?;
        Ok(ids.next(self.clock.real_micros() / 1_000))
    }

    fn seal(
        &self,
        table: &'static str,
        row: i64,
        text: Option<&str>,
    ) -> Result<Option<Vec<u8>>, CryptoError> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| self.keys.seal(Place { table, row }, text.as_bytes())).transpose()
    }

    fn open(
        &self,
        table: &'static str,
        row: i64,
        sealed: Option<&[u8]>,
    ) -> Result<Option<String>, CryptoError> {
        sealed.map(|sealed| self.keys.open_text(Place { table, row }, sealed)).transpose()
    }

    /// The review with this id, for whoever may do `action` with its unit; others do not learn that it is there.
    fn case(&self, conn: &mut Conn, caller: &Caller, action: Action, id: i64) -> Answer<Case> {
        let case = self.cases(conn, &[id])?.pop().ok_or(ReviewError::NotFound)?;
        permit(caller, Action::ReadReviews, &case.unit).map_err(|_| ReviewError::NotFound)?;
        permit(caller, action, &case.unit)?;
        Ok(case)
    }

    /// As [`Reviews::case`], locked until the transaction ends.
    fn locked_case(&self, conn: &mut Conn, caller: &Caller, action: Action, id: i64) -> Answer<Case> {
        let case = self.case(conn, caller, action, id)?;
        lock::units(conn, &[case.unit.id])?;
        self.case(conn, caller, action, id)
    }

    fn cases(&self, conn: &mut Conn, ids: &[i64]) -> Answer<Vec<Case>> {
        let reviews = review::by_ids(conn, ids)?;
        let units: Vec<UnitId> = reviews.iter().map(|review| review.unit_id).collect();
        let units = unit::by_ids(conn, &units)?;
        let schemes = schemes::load(conn, &self.catalogue)?;
        let case = |review: Review| {
            let unit = units.iter().find(|unit| unit.id == review.unit_id).cloned();
            let scheme = scheme_of(&schemes, &review).cloned();
            Ok(Case { unit: unit.ok_or(ReviewError::NotFound)?, scheme: scheme?, review })
        };
        reviews.into_iter().map(case).collect()
    }

    /// Takes the step `name`, after which the review stands at `case.review.state`.
    fn step(&self, case: &Case, name: &'static str, author: Author, said: &Said) -> Answer<NewStep> {
        let id = self.next_id()?;
        Ok(NewStep {
            id,
            review_id: case.review.id,
            number: case.review.version,
            step: name,
            state: case.review.state,
            author,
            at: case.review.changed_at,
            reason_cipher: self.seal("review_step", id, said.reason.as_deref())?,
            decision: said.decision.clone(),
        })
    }

    /// Writes reviews after a step, the steps, and the logs.
    fn write(&self, conn: &mut Conn, reviews: &[Review], steps: &[NewStep], actor: &str) -> DbResult<()> {
        review::put(conn, reviews)?;
        review::insert_steps(conn, steps)?;
        let row = |step: &NewStep| {
            format!("{} {} {} {:?} {:?}\n", step.review_id, step.number, step.step, step.state, step.decision)
        };
        let rows: String = steps.iter().map(row).collect();
        let action = steps.first().map_or("review", |step| step.step);
        self.log(conn, reviews, actor, &format!("review_{action}"), rows.as_bytes())
    }

    fn log(
        &self,
        conn: &mut Conn,
        reviews: &[Review],
        actor: &str,
        action: &str,
        rows: &[u8],
    ) -> DbResult<()> {
        let change = |review: &Review| NewChange {
            entity: "review",
            entity_id: review.id,
            unit_id: Some(review.unit_id),
            commune_id: review.commune_id,
        };
        let changes: Vec<NewChange> = reviews.iter().map(change).collect();
        let subject = match reviews {
            [review] => format!("review:{}", review.id),
            _ => String::new(),
        };
        let audit = NewAudit { actor, action, subject: &subject, digest: sha256(&[rows]) };
        log::append(conn, self.clock.real_micros(), &changes, &audit)
    }
}

fn scheme_of<'s>(schemes: &'s Schemes, review: &Review) -> Answer<&'s Scheme> {
    let scheme = schemes.iter().find(|scheme| scheme.code == review.scheme);
    scheme.ok_or(ReviewError::NoScheme(review.year))
}

/// Texts of people: short enough, without what cannot be printed.
fn check_text(pointer: &str, text: &str, most: usize, refused: &mut Vec<Refused>) {
    if text.chars().count() > most {
        refused.push(Refused::new(pointer, "too_long", format!("{most} characters at most")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        let advice = "it holds a control character, which cannot be printed; type it anew";
        refused.push(Refused::new(pointer, "control_character", advice));
    }
}
