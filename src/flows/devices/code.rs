//! Logging in by a code that comes as an SMS.

use std::net::IpAddr;

use super::{APP, DeviceError, Devices, MOST_DEVICES, Now, audit, rights, token};
use crate::crypto::{Digest, equal_secrets, random_bytes};
use crate::db::device::{self, HeldPost, NewDevice};
use crate::db::login_code::{self, LogInCode};
use crate::db::{Conn, DbResult, person};
use crate::domain::access::Role;
use crate::domain::ids::PersonId;
use crate::domain::log_in::{self, Asked};
use crate::domain::phone::Phone;
use crate::domain::template::key;
use crate::flows::authenticate::Tokens;
use crate::flows::deliver::NewText;

/// A device that somebody logs in with.
#[derive(Debug, Clone)]
pub struct OpeningDevice {
    /// What the client knows itself by.
    pub client_id: String,
    /// What the person sees in the list.
    pub name: String,
    /// For which unit, by its code, where several people share the number.
    pub unit: Option<String>,
}

/// A device that was logged in.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its id.
    pub device: i64,
    /// Its tokens.
    pub tokens: Tokens,
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub rights: super::Rights,
}

impl Devices {
    /// Sends a code to the number, if somebody with a post that reports today is registered there. Whoever asks does not
    /// learn whether: both take the same way, and the same time up to one row more.
    pub async fn send_code(&self, phone: &Phone, address: IpAddr, now: Now) -> Result<(), DeviceError> {
        self.limit(address, now.real)?;
        let code = log_in::code(random_bytes()?);
        let (number, index) = (self.keys.index("phone", phone.e164()), self.code_index(phone, &code));
        let (this, phone, cause) = (self.clone(), phone.clone(), self.new_id(now.real));
        let write = move |conn: &mut Conn| this.put_code(conn, (&phone, number), (&code, index), cause, now);
        self.db.write(write).await??;
        self.planned.notify_waiters();
        Ok(())
    }

    fn put_code(
        &self,
        conn: &mut Conn,
        (phone, number): (&Phone, Digest),
        (code, code_index): (&str, Digest),
        cause: i64,
        now: Now,
    ) -> DbResult<Result<(), DeviceError>> {
        let before = login_code::find(conn, number)?;
        let asked = before.map(|b| Asked { at: b.asked_at, day_from: b.day_from, count: b.day_count });
        let asked = match Asked::again(asked, now.real) {
            Ok(asked) => asked,
            Err(seconds) => return Ok(Err(DeviceError::TooMany(seconds))),
        };
        let stored = LogInCode {
            code_index,
            asked_at: asked.at,
            expires_at: now.real + log_in::GOOD_FOR,
            tries: 0,
            day_from: asked.day_from,
            day_count: asked.count,
        };
        login_code::put(conn, number, &stored)?;
        let people = person::registered(conn, &[number])?.remove(&number).unwrap_or_default();
        let ids: Vec<PersonId> = people.iter().map(|person| person.person_id).collect();
        let posts = device::posts(conn, &ids, now.today)?;
        let marks = people.iter().any(|person| person.marks);
        if !posts.is_empty() {
            let words = self.templates.render(key::LOGIN_CODE, &[("code", code.to_owned())], marks);
            self.planner.plan(conn, &[text(phone, cause, words)])?;
        }
        Ok(Ok(()))
    }

    /// Exchanges the code that a number got last for tokens of a device.
    pub async fn open(
        &self,
        phone: &Phone,
        code: &str,
        opening: OpeningDevice,
        address: IpAddr,
        now: Now,
    ) -> Result<Opened, DeviceError> {
        self.limit(address, now.real)?;
        let number = self.keys.index("phone", phone.e164());
        let index = self.code_index(phone, &log_in::typed(code).unwrap_or_default());
        let device = self.new_id(now.real);
        let refresh_token = token::make(&self.keys, device)?;
        let new = NewDevice {
            id: device,
            person_id: 0,
            kind: APP,
            client_id: opening.client_id,
            name: opening.name,
            token_hash: token::digest(&refresh_token),
            created_at: now.real,
            expires_at: now.real + self.lifetimes.device,
        };
        let unit = opening.unit;
        let write = move |conn: &mut Conn| match spend_code(conn, number, index, unit.as_deref(), now)? {
            Ok(posts) => insert(conn, &new, posts, now).map(Ok),
            Err(error) => Ok(Err(error)),
        };
        let rights = self.db.write(write).await??.ok_or(DeviceError::PostEnded)?;
        let person = rights.caller.id();
        let (access_token, expires_in) = self.signing.sign_device(person, device, now.real).await?;
        let tokens = Tokens { access_token, expires_in, refresh_token };
        Ok(Opened { device, tokens, name: self.name(person).await?, rights })
    }

    fn code_index(&self, phone: &Phone, code: &str) -> Digest {
        self.keys.index("code to log in", &format!("{}\0{code}", phone.e164()))
    }
}

/// Nobody reads the words of a text without a commune: a code must not be read by officers.
fn text(phone: &Phone, cause: i64, words: String) -> NewText {
    NewText {
        kind: "login_code",
        cause,
        person_id: None,
        number: phone.e164().to_owned(),
        words: Some(words),
        commune_id: None,
        urgent: true,
        due_at: 0,
        not_after: None,
    }
}

/// Uses a code up, if it is right; answers the posts of its person.
fn spend_code(
    conn: &mut Conn,
    number: Digest,
    index: Digest,
    unit: Option<&str>,
    now: Now,
) -> DbResult<Result<Vec<HeldPost>, DeviceError>> {
    let Some(stored) = login_code::find(conn, number)? else { return Ok(Err(DeviceError::WrongCode)) };
    if stored.expires_at <= now.real || stored.tries >= log_in::MOST_TRIES {
        return Ok(Err(DeviceError::WrongCode));
    }
    if !equal_secrets(&stored.code_index, &index) {
        login_code::put(conn, number, &LogInCode { tries: stored.tries + 1, ..stored })?;
        return Ok(Err(DeviceError::WrongCode));
    }
    let people = person::registered(conn, &[number])?.remove(&number).unwrap_or_default();
    let ids: Vec<PersonId> = people.iter().map(|person| person.person_id).collect();
    let posts = device::posts(conn, &ids, now.today)?;
    let Some(person) = holder(&posts, unit) else {
        return Ok(Err(if posts.is_empty() {
            DeviceError::WrongCode
        } else {
            DeviceError::ChooseUnit(posts)
        }));
    };
    login_code::put(conn, number, &LogInCode { expires_at: now.real, ..stored })?;
    Ok(Ok(posts.into_iter().filter(|post| post.person_id == person).collect()))
}

/// The person of these posts: the only one, else whoever holds the one at `unit`, the head before others.
fn holder(posts: &[HeldPost], unit: Option<&str>) -> Option<PersonId> {
    let first = posts.first()?.person_id;
    if posts.iter().all(|post| post.person_id == first) {
        return Some(first);
    }
    let named = posts.iter().filter(|post| Some(post.code.as_str()) == unit);
    named.min_by_key(|post| Role::by_name(&post.role)).map(|post| post.person_id)
}

fn insert(
    conn: &mut Conn,
    new: &NewDevice,
    posts: Vec<HeldPost>,
    now: Now,
) -> DbResult<Option<super::Rights>> {
    let Some(person_id) = posts.first().map(|post| post.person_id) else { return Ok(None) };
    let new = NewDevice { person_id, ..new.clone() };
    device::make_room(conn, (person_id, new.kind, &new.client_id), now.real, MOST_DEVICES - 1)?;
    device::insert(conn, &new)?;
    audit(conn, now.real, (&format!("person:{person_id}"), "log_in"), new.id)?;
    Ok(device::by_id(conn, new.id)?.and_then(|device| rights(&device, posts)))
}
