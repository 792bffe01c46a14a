//! The installation's own words of indicators.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::Site;
use super::auth::Authenticated;
use super::body::Json;
use super::error::{Code, Problem, ProblemBody};
use crate::flows::synonyms::{self, SynonymError, Word};

/// A word or phrase that means an indicator.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SynonymItem {
    /// The code of the indicator.
    indicator: String,
    /// The word or phrase, best with its marks: it is then found with and without them.
    phrase: String,
}

/// All of the installation's own words.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SynonymList {
    /// By indicator and word.
    items: Vec<SynonymItem>,
}

impl From<SynonymError> for Problem {
    fn from(error: SynonymError) -> Self {
        match error {
            SynonymError::TooMany | SynonymError::Ambiguous(_) => {
                Problem::new(Code::ValidationFailed).detail(error.to_string())
            }
            SynonymError::Db(error) => error.into(),
        }
    }
}

/// The installation's own words, beside those that ship with the program.
#[utoipa::path(get, path = "/api/v1/synonyms", tag = "messages", security(("bearer" = [])), responses(
    (status = 200, body = SynonymList),
    (status = 403, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn list_synonyms(site: web::Data<Site>) -> Result<web::Json<SynonymList>, Problem> {
    let words = synonyms::list(&site.db, &site.catalogue).await?;
    let item = |word: Word| SynonymItem { indicator: word.code, phrase: word.phrase };
    Ok(web::Json(SynonymList { items: words.into_iter().map(item).collect() }))
}

/// Puts these words in the place of all. 422, and nothing changes, where one of them means something else already.
#[utoipa::path(put, path = "/api/v1/synonyms", tag = "messages", request_body = SynonymList,
    security(("bearer" = [])), responses(
    (status = 200, body = SynonymList),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(super) async fn replace_synonyms(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    Json(body): Json<SynonymList>,
) -> Result<web::Json<SynonymList>, Problem> {
    let words: Vec<Word> =
        body.items.into_iter().map(|item| Word { code: item.indicator, phrase: item.phrase }).collect();
    let made = synonyms::replace(&site.db, &site.catalogue, site.clock, caller.actor(), &words, true);
    site.intake.context().rules.reader.set(made.await?);
    list_synonyms(site).await
}
