//! The devices of people who report, and the codes that they log in with.

diesel::table! {
    device (id) {
        id -> BigInt,
        person_id -> BigInt,
        kind -> Text,
        client_id -> Text,
        name -> Text,
        token_hash -> Binary,
        former_hash -> Nullable<Binary>,
        exchanged_at -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    login_code (number_index) {
        number_index -> Binary,
        code_index -> Binary,
        asked_at -> BigInt,
        expires_at -> BigInt,
        tries -> Integer,
        day_from -> BigInt,
        day_count -> Integer,
    }
}
