//! The tables of reminders.

diesel::table! {
    reminder_rules (version) {
        version -> Integer,
        rules -> Text,
        changed_at -> BigInt,
        account_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    reminder_run (id) {
        id -> BigInt,
        after_at -> BigInt,
        until_at -> BigInt,
        filled_at -> Nullable<BigInt>,
        planned_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    reminder (id) {
        id -> BigInt,
        run_id -> BigInt,
        rule -> Text,
        matter -> Text,
        unit_id -> BigInt,
        commune_id -> Nullable<BigInt>,
        province_id -> Nullable<BigInt>,
        period -> Integer,
        step -> Integer,
        receiver_id -> BigInt,
        audience -> Text,
        sentence -> Text,
        stoppable -> Bool,
        due -> Date,
        at -> BigInt,
        useful_until -> BigInt,
        number_index -> Nullable<Binary>,
        state -> Text,
        reason -> Nullable<Text>,
    }
}
