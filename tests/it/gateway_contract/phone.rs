//! A phone that does as it is told: it comes for its texts, and says what becomes of them, or does not.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use binhyen::crypto::{SignatureMethod, hex};
use binhyen::flows::phone::{Credential, PhoneError, Phones};
use binhyen::sms::{DeliveryStatus, Gateways, Request, StatePatch};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use super::Does;
use super::kinds::{PHONE_KEY, PHONE_TOKEN};
use crate::support::sending::sender_of;
use crate::support::world::World;

pub(super) struct Phone {
    phones: Phones,
    token: String,
    does: Mutex<VecDeque<Does>>,
    given: watch::Sender<Vec<String>>,
    released: Notify,
}

impl Phone {
    pub(super) async fn register(world: &World, gateways: &Gateways, does: &[Does]) -> Phone {
        let senders = HashMap::from([("test".to_owned(), sender_of(world, gateways, "test", 1))]);
        let tools = (world.db.clone(), Arc::clone(&world.keys), Arc::clone(&world.ids), world.clock);
        let phones = Phones::new(tools, gateways.clone(), senders, Arc::default());
        let credential = Credential::Token(PHONE_TOKEN.to_owned());
        let token = phones.register("test", &credential, "Samsung/a05").await.unwrap().token;
        let does = Mutex::new(does.iter().copied().collect());
        Phone { phones, token, does, given: watch::Sender::default(), released: Notify::new() }
    }

    /// Fetches what is there, and does the next thing with it.
    pub(super) async fn come(&self) {
        let does = self.does.lock().unwrap().front().copied().unwrap_or(Does::Yes);
        if does == Does::Wrong {
            self.does.lock().unwrap().pop_front();
            let refused = self.phones.by_token("test", "another token").await;
            assert!(matches!(refused, Err(PhoneError::Unauthenticated)));
            return;
        }
        let phone = self.phones.by_token("test", &self.token).await.unwrap();
        for text in self.phones.pull(&phone).await.unwrap() {
            self.does.lock().unwrap().pop_front();
            let text = serde_json::to_value(text).unwrap();
            self.given.send_modify(|given| given.push(text.to_string()));
            for state in self.says(does).await {
                let patch: StatePatch = serde_json::from_value(json!({"id": text["id"], "state": state,
                    "recipients": [{"phoneNumber": text["phoneNumbers"][0], "state": state}]}))
                .unwrap();
                self.phones.report(&phone, vec![patch]).await.unwrap();
            }
        }
    }

    /// The states that it tells of a text that it fetched.
    async fn says(&self, does: Does) -> &'static [&'static str] {
        match does {
            Does::Yes => &["Pending", "Processed"],
            Does::No => &["Pending", "Failed"],
            // The answer to what it told was lost: it tells again.
            Does::Midway => &["Processed", "Processed"],
            // The answer with the texts was lost on the way, or the phone went off with it.
            Does::HangUp | Does::Silence => &[],
            Does::Held => {
                self.released.notified().await;
                &["Processed"]
            }
            Does::Busy | Does::Wrong | Does::ErrorInside | Does::Html => unreachable!("no phone does that"),
        }
    }

    /// The texts that it was given, as they were written.
    pub(super) fn given(&self) -> Vec<String> {
        self.given.borrow().clone()
    }

    pub(super) async fn hear(&self, count: usize) {
        drop(self.given.subscribe().wait_for(|given| given.len() >= count).await.unwrap());
    }

    pub(super) fn release(&self) {
        self.released.notify_one();
    }

    /// The webhook by which it reports about the text number `number`.
    pub(super) fn webhook(&self, number: usize, status: DeliveryStatus) -> Request {
        let event = match status {
            DeliveryStatus::Sent => "sms:sent",
            DeliveryStatus::Delivered => "sms:delivered",
            DeliveryStatus::Failed => "sms:failed",
            DeliveryStatus::Expired => "sms:cancelled",
        };
        let text: Value = self.given().get(number - 1).map_or(Value::Null, |text| text.parse().unwrap());
        let id = text["id"].as_str().unwrap_or("none");
        let payload = json!({"messageId": id, "recipient": "+84900000001"});
        let body =
            json!({"deviceId": "d", "event": event, "id": format!("{event} {number}"), "payload": payload});
        let body = body.to_string();
        let signature =
            hex(&SignatureMethod::HmacSha256.sign(PHONE_KEY.as_bytes(), format!("{body}0").as_bytes()));
        let header = |name: &str, value: String| (name.to_owned(), value);
        let headers =
            HashMap::from([header("x-signature", signature), header("x-timestamp", "0".to_owned())]);
        Request { headers, body: body.into_bytes(), ..Request::default() }
    }
}
