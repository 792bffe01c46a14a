//! The tables of the yearly review.

diesel::table! {
    review_form (instance_id) {
        instance_id -> Text,
        content_digest -> Binary,
        review_id -> BigInt,
        registered -> Bool,
        at -> BigInt,
    }
}

diesel::table! {
    review_scheme (id) {
        id -> BigInt,
        code -> Text,
        source -> Text,
        loaded_at -> BigInt,
    }
}

diesel::table! {
    review (id) {
        id -> BigInt,
        unit_id -> BigInt,
        year -> Integer,
        kind -> Text,
        commune_id -> Nullable<BigInt>,
        province_id -> Nullable<BigInt>,
        scheme -> Text,
        state -> Text,
        version -> Integer,
        registered_on -> Date,
        late -> Bool,
        decision_number -> Nullable<Text>,
        decision_day -> Nullable<Date>,
        decision_signer -> Nullable<Text>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    review_step (id) {
        id -> BigInt,
        review_id -> BigInt,
        number -> Integer,
        step -> Text,
        state -> Text,
        account_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        at -> BigInt,
        reason_cipher -> Nullable<Binary>,
        decision_number -> Nullable<Text>,
        decision_day -> Nullable<Date>,
        decision_signer -> Nullable<Text>,
    }
}

diesel::table! {
    answer (id) {
        id -> BigInt,
        review_id -> BigInt,
        criterion -> Text,
        version -> Integer,
        outcome -> Text,
        note_cipher -> Nullable<Binary>,
        proposed -> Text,
        account_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    review_fact (review_id, name, version) {
        review_id -> BigInt,
        name -> Text,
        version -> Integer,
        content -> Text,
        account_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    evidence (id) {
        id -> BigInt,
        review_id -> BigInt,
        document -> Nullable<Text>,
        criterion -> Nullable<Text>,
        content_hash -> Binary,
        name_cipher -> Binary,
        media_type -> Text,
        size -> BigInt,
        account_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
        withdrawn_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    judgement (chain_id, version) {
        chain_id -> BigInt,
        version -> Integer,
        severity -> Nullable<Text>,
        unavoidable -> Bool,
        prevented -> Bool,
        account_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    programme_figure (unit_id, year, figure) {
        unit_id -> BigInt,
        year -> Integer,
        figure -> Text,
        amount -> BigInt,
    }
}
