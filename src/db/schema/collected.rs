//! What clients of OpenRosa sent beside the reports that it made, and photographs, whoever sent them.

diesel::table! {
    form_kept (id) {
        id -> BigInt,
        instance_id -> Text,
        form -> Text,
        version -> Text,
        person_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        content_cipher -> Binary,
        why -> Text,
        at -> BigInt,
        done_at -> Nullable<BigInt>,
        done_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    attachment (id) {
        id -> BigInt,
        content_hash -> Binary,
        person_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        media_type -> Text,
        size -> BigInt,
        received -> BigInt,
        seen_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    photo (id) {
        id -> BigInt,
        attachment_id -> BigInt,
        report_id -> Nullable<BigInt>,
        instance_id -> Nullable<Text>,
        name -> Text,
        at -> BigInt,
    }
}
