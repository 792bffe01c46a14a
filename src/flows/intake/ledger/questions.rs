//! The question that waits for the sender's next text.

use super::Ledger;
use crate::crypto::Place;
use crate::db::question::StoredQuestion;
use crate::db::{DbError, DbResult};
use crate::domain::ids::PersonId;
use crate::domain::intake::{OpenQuestion, QuestionChange};
use crate::flows::intake::Author;
use crate::flows::intake::board::{Board, KeptQuestion};
use crate::flows::intake::prepare::PreparedText;

impl Ledger<'_> {
    pub(super) fn change_question(
        &mut self,
        board: &mut Board,
        text: &PreparedText,
        person: Author,
        change: QuestionChange,
    ) -> DbResult<()> {
        let open = match change {
            QuestionChange::Keep => return Ok(()),
            QuestionChange::Close => None,
            QuestionChange::Open(open) => Some(open),
        };
        let person = person.or(board.registered(&text.sender_index).first().map(|person| person.person_id));
        let open = open.map(|open| {
            // Who is answered late has as long for the answer.
            let now = self.context.clock.now_micros();
            let late = if self.again { now.saturating_sub(text.raw.received_at).max(0) } else { 0 };
            OpenQuestion { expires: open.expires.saturating_add(late), ..open }
        });
        let stored = open.as_ref().zip(person).map(|(open, person)| self.stored_question(text, person, open));
        self.questions.insert(text.sender_index, stored.transpose()?);
        board.set_question(text.sender_index, open);
        Ok(())
    }

    fn stored_question(
        &self,
        text: &PreparedText,
        person_id: PersonId,
        open: &OpenQuestion,
    ) -> DbResult<StoredQuestion> {
        Ok(StoredQuestion {
            sender_index: text.sender_index,
            person_id,
            kind: serde_json::to_string(&KeptQuestion { kind: open.kind.clone(), pin: open.pin })
                .map_err(|_| DbError::Corrupt("the kind of a question"))?,
            text_cipher: self.seal(Place { table: "question", row: person_id }, &open.text)?,
            received_at: open.received,
            expires_at: open.expires,
        })
    }
}
