//! Phones that are gateways, parts of long texts, and what providers know texts by.

diesel::table! {
    message_part (id) {
        id -> BigInt,
        set_id -> BigInt,
        set_key -> Binary,
        part_key -> Binary,
        number -> Integer,
        total -> Integer,
        raw_cipher -> Nullable<Binary>,
        state -> Text,
        stored_at -> BigInt,
    }
}

diesel::table! {
    gateway_phone (id) {
        id -> BigInt,
        gateway -> Text,
        device_id -> Text,
        name -> Text,
        token_index -> Binary,
        login -> Text,
        password_index -> Binary,
        code_index -> Nullable<Binary>,
        code_until -> Nullable<BigInt>,
        created_at -> BigInt,
        seen_at -> BigInt,
        dismissed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    provider_reference (dedupe_key) {
        dedupe_key -> Binary,
        reference -> Text,
        created_at -> BigInt,
    }
}
