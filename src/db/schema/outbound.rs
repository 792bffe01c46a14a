//! The tables of routes, costs and budgets of outgoing texts.

diesel::table! {
    route (gateway) {
        gateway -> Text,
        trouble -> Nullable<Text>,
        detail -> Nullable<Text>,
        since -> BigInt,
        failures -> Integer,
        probes -> Integer,
        probe_at -> BigInt,
        rest_until -> BigInt,
        paid_until -> BigInt,
        sent_at -> Nullable<BigInt>,
        balance -> Nullable<BigInt>,
        balance_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    route_incident (id) {
        id -> BigInt,
        gateway -> Text,
        kind -> Text,
        detail -> Text,
        opened_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        alerted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    route_hour (gateway, hour) {
        gateway -> Text,
        hour -> BigInt,
        texts -> BigInt,
    }
}

diesel::table! {
    early_receipt (gateway, provider_id, status) {
        gateway -> Text,
        provider_id -> Text,
        status -> Text,
        reason -> Nullable<Text>,
        received_at -> BigInt,
    }
}

diesel::table! {
    spending (month, gateway, unit_id) {
        month -> Integer,
        gateway -> Text,
        unit_id -> BigInt,
        texts -> BigInt,
        parts -> BigInt,
        cost -> BigInt,
    }
}

diesel::table! {
    budget (unit_id, month) {
        unit_id -> BigInt,
        month -> Integer,
        amount -> Nullable<BigInt>,
    }
}
