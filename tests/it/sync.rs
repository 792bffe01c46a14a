//! Reports as documents that phones hold: pulled by a cursor, pushed as edits, brought together by field.

mod area;
mod edits;
mod hostile;
mod kept;
mod listeners;
mod many;
mod pulls;
mod stream;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::otp::{Heads, access};
use crate::support::TestDatabase;
use crate::support::world::{HEAD, HEAD_OF_TWO, OTHER_HEAD};
use crate::web::office::{Answer, Office};

/// A commune with the phones of three heads and its officer.
pub struct Phones {
    pub heads: Heads,
    /// Of the head of hamlet 001.
    pub head: Phone,
    /// Of the head of both hamlets.
    pub second: Phone,
    /// Of the head of hamlet 002.
    pub other: Phone,
    /// Of the officer of the commune.
    pub officer: Phone,
}

/// A client of sync without a library: what it holds and where it stands.
#[derive(Debug, Clone, Default)]
pub struct Phone {
    pub token: String,
    pub documents: BTreeMap<String, Value>,
    pub after: Option<String>,
}

impl Phones {
    pub async fn open(test: TestDatabase) -> Phones {
        let heads = Heads::open(test).await;
        let mut tokens = Vec::new();
        for (number, phone) in [(1, HEAD), (2, HEAD_OF_TWO), (3, OTHER_HEAD)] {
            let opened = heads.log_in(phone, "phone", number).await;
            tokens.push(access(&opened).to_owned());
        }
        tokens.push(heads.office.token("commune", Some("03847")).await);
        let mut phones = tokens.into_iter().map(|token| Phone { token, ..Phone::default() });
        let mut next = || phones.next().unwrap();
        let (head, second, other, officer) = (next(), next(), next(), next());
        Phones { heads, head, second, other, officer }
    }
}

impl Phone {
    pub async fn get(&self, office: &Office, query: &str) -> Answer {
        office.get(&format!("/api/v1/sync/{query}"), &self.token).await
    }

    /// One answer; what it holds is as the answer says.
    pub async fn pull_page(&mut self, office: &Office, limit: usize) -> Value {
        let after = self.after.as_ref().map(|after| format!("&after={after}")).unwrap_or_default();
        let (status, page) = self.get(office, &format!("reports?limit={limit}{after}")).await;
        assert_eq!(status.as_u16(), 200, "{page}");
        for document in page["documents"].as_array().unwrap() {
            let id = document["id"].as_str().unwrap().to_owned();
            match document["_deleted"] == true {
                true => self.documents.remove(&id),
                false => self.documents.insert(id, document.clone()),
            };
        }
        self.after = Some(page["checkpoint"]["after"].as_str().unwrap().to_owned());
        page
    }

    /// Answers until one is not full; how many documents came.
    pub async fn pull(&mut self, office: &Office) -> usize {
        let mut came = 0;
        loop {
            let page = self.pull_page(office, 3).await;
            let count = page["documents"].as_array().unwrap().len();
            came += count;
            if count < 3 {
                return came;
            }
        }
    }

    pub async fn post(&self, office: &Office, rows: &Value) -> Answer {
        office.post("/api/v1/sync/reports", &self.token, rows).await
    }

    /// Pushes an edit; the documents that came back are taken.
    pub async fn push(&mut self, office: &Office, document: Value) -> Vec<Value> {
        let id = document["id"].as_str().unwrap().to_owned();
        let mut row = json!({"newDocumentState": document});
        if let Some(assumed) = self.documents.get(&id) {
            row["assumedMasterState"] = assumed.clone();
        }
        let (status, masters) = self.post(office, &json!([row])).await;
        assert_eq!(status.as_u16(), 200, "{masters}");
        self.documents.insert(id, document);
        let masters = masters.as_array().unwrap().clone();
        for master in &masters {
            self.documents.insert(master["id"].as_str().unwrap().to_owned(), master.clone());
        }
        masters
    }

    /// What became of its rows, by revision.
    pub async fn statuses(&self, office: &Office) -> BTreeMap<String, Value> {
        let (status, page) = self.get(office, "report_status?limit=1000").await;
        assert_eq!(status.as_u16(), 200, "{page}");
        let rows = page["documents"].as_array().unwrap();
        rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone())).collect()
    }

    /// State and code of a revision.
    pub async fn fate(&self, office: &Office, rev: &str) -> (String, Option<String>) {
        let statuses = self.statuses(office).await;
        let row = statuses.get(rev).unwrap_or_else(|| panic!("{rev} is not in {statuses:?}"));
        (row["state"].as_str().unwrap().to_owned(), row["code"].as_str().map(str::to_owned))
    }
}

/// A month's return of hamlet 001.
pub fn month(rev: &str, values: &Value) -> Value {
    month_of("03847001", "2026-03", rev, values)
}

pub fn month_of(unit: &str, period: &str, rev: &str, values: &Value) -> Value {
    json!({"id": format!("{unit}:{period}"), "rev": rev, "kind": "month", "unit": unit, "period": period,
        "values": values, "rest_zero": false, "_deleted": false})
}

/// An incident in hamlet 001.
pub fn incident(id: &str, rev: &str, day: &str, values: &Value) -> Value {
    json!({"id": id, "rev": rev, "kind": "incident", "unit": "03847001", "day": day, "values": values,
        "rest_zero": false, "_deleted": false})
}
