//! What clients of sync pushed, beside the reports that it made.

diesel::table! {
    sync_outcome (id) {
        id -> BigInt,
        client_id -> BigInt,
        rev -> Text,
        document -> Text,
        state -> Text,
        code -> Nullable<Text>,
        body -> Text,
        base_report_id -> Nullable<BigInt>,
        report_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    sync_quarantine (id) {
        id -> BigInt,
        client_id -> BigInt,
        outcome_id -> BigInt,
        content_cipher -> Binary,
        length -> Integer,
        why -> Text,
        at -> BigInt,
        device_id -> Nullable<BigInt>,
        practice -> Bool,
        done_at -> Nullable<BigInt>,
        done_by -> Nullable<BigInt>,
    }
}
