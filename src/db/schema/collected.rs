//! What clients of OpenRosa sent, beside the reports that it made.

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
    }
}

diesel::table! {
    form_file (id) {
        id -> BigInt,
        instance_id -> Text,
        name -> Text,
        content_hash -> Binary,
        media_type -> Text,
        size -> BigInt,
        person_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}
