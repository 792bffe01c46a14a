//! The phones that are gateways.

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
