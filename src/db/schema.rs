//! The tables as diesel sees them; a test compares them with what the migrations make on both databases.

// Column names say what they hold; the meaning of a table stands in its migration.
#![expect(
    missing_docs,
    reason = "generated items of table! carry no docs; the migrations document the tables"
)]

pub mod collected;
pub mod devices;
pub mod gateways;
pub mod outbound;
pub mod phones;
pub mod reminders;
pub mod reviews;
pub mod sync;

diesel::table! {
    installation (id) {
        id -> Integer,
        key_fingerprint -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    node (id) {
        id -> Integer,
        holder -> BigInt,
        lease_until -> BigInt,
        last_id -> BigInt,
    }
}

diesel::table! {
    unit (id) {
        id -> BigInt,
        code -> Text,
        kind -> Text,
        parent_id -> Nullable<BigInt>,
        province_id -> Nullable<BigInt>,
        commune_id -> Nullable<BigInt>,
        name -> Text,
        valid_from -> Date,
        valid_to -> Date,
        households -> Nullable<Integer>,
        population -> Nullable<Integer>,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
        area_km2 -> Nullable<Double>,
    }
}

diesel::table! {
    unit_name (unit_id, valid_to) {
        unit_id -> BigInt,
        valid_to -> Date,
        name -> Text,
    }
}

diesel::table! {
    unit_lineage (from_unit_id, to_unit_id) {
        from_unit_id -> BigInt,
        to_unit_id -> BigInt,
        extent -> Text,
        main_successor -> Bool,
        effective -> Date,
        decision -> Text,
    }
}

diesel::table! {
    indicator (id) {
        id -> Integer,
        code -> Text,
        name_vi -> Text,
        name_ascii -> Text,
        gloss_en -> Text,
        group_name -> Text,
        unit -> Text,
        kind -> Text,
        over_time -> Text,
        lower_is_better -> Bool,
        clearing -> Bool,
        max_value -> BigInt,
        reporter -> Text,
        synonyms -> Text,
        valid_from -> Date,
        valid_to -> Date,
    }
}

diesel::table! {
    person (id) {
        id -> BigInt,
        name_cipher -> Binary,
        marks -> Bool,
        practice -> Bool,
        pin_index -> Nullable<Binary>,
        reminders_stopped_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    phone (number_index, person_id) {
        number_index -> Binary,
        person_id -> BigInt,
        number_cipher -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    post (id) {
        id -> BigInt,
        person_id -> BigInt,
        unit_id -> BigInt,
        role -> Text,
        valid_from -> Date,
        valid_to -> Date,
        duty -> Nullable<Text>,
    }
}

diesel::table! {
    account (id) {
        id -> BigInt,
        username -> Text,
        password_hash -> Text,
        role -> Text,
        unit_id -> Nullable<BigInt>,
        created_at -> BigInt,
        password_changed_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    session (id) {
        id -> BigInt,
        account_id -> BigInt,
        family -> BigInt,
        token_hash -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_key (id) {
        id -> BigInt,
        secret_cipher -> Binary,
        created_at -> BigInt,
        retires_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    message (id) {
        id -> BigInt,
        gateway -> Text,
        dedupe_key -> Binary,
        sender_index -> Binary,
        sender_cipher -> Binary,
        text_index -> Binary,
        text_cipher -> Nullable<Binary>,
        received_at -> BigInt,
        stored_at -> BigInt,
        trusted -> Bool,
        person_id -> Nullable<BigInt>,
        unit_id -> Nullable<BigInt>,
        commune_id -> Nullable<BigInt>,
        intent -> Text,
        fate -> Text,
        why -> Nullable<Text>,
        reading -> Text,
        personal -> Bool,
        flags -> Text,
        report_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    question (sender_index) {
        sender_index -> Binary,
        person_id -> BigInt,
        kind -> Text,
        text_cipher -> Binary,
        received_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    report (id) {
        id -> BigInt,
        chain_id -> BigInt,
        version -> Integer,
        unit_id -> BigInt,
        commune_id -> BigInt,
        kind -> Text,
        period -> Integer,
        day -> Nullable<Date>,
        stated -> Text,
        rest_zero -> Bool,
        added -> Nullable<Text>,
        proposal -> Bool,
        flagged -> Bool,
        source -> Text,
        person_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        message_id -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
        content_digest -> Nullable<Binary>,
        note_cipher -> Nullable<Binary>,
        received_at -> BigInt,
        stored_at -> BigInt,
        replaces -> Nullable<BigInt>,
    }
}

diesel::table! {
    month_return (unit_id, period) {
        unit_id -> BigInt,
        period -> Integer,
        commune_id -> BigInt,
        report_id -> BigInt,
        version -> Integer,
        rest_zero -> Bool,
        stated_count -> Integer,
        first_received_at -> BigInt,
        on_time -> Bool,
    }
}

diesel::table! {
    incident (chain_id) {
        chain_id -> BigInt,
        unit_id -> BigInt,
        commune_id -> BigInt,
        period -> Integer,
        day -> Date,
        report_id -> BigInt,
        severity -> Nullable<Text>,
        unavoidable -> Bool,
        prevented -> Bool,
    }
}

diesel::table! {
    value (unit_id, period, indicator_id, day_from, day_to) {
        unit_id -> BigInt,
        period -> Integer,
        indicator_id -> Integer,
        day_from -> Date,
        day_to -> Date,
        commune_id -> BigInt,
        figure -> BigInt,
    }
}

diesel::table! {
    total (period, commune_id, indicator_id) {
        period -> Integer,
        commune_id -> BigInt,
        indicator_id -> Integer,
        figure -> BigInt,
        stated -> BigInt,
    }
}

diesel::table! {
    month_state (period, commune_id) {
        period -> Integer,
        commune_id -> BigInt,
        state -> Text,
        version -> Integer,
        changed_at -> BigInt,
        account_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        cause -> BigInt,
        kind -> Text,
        receiver_index -> Binary,
        receiver_cipher -> Binary,
        text_index -> Binary,
        text_cipher -> Nullable<Binary>,
        gateway -> Text,
        commune_id -> Nullable<BigInt>,
        lane -> Integer,
        state -> Text,
        parts -> Integer,
        cost -> BigInt,
        created_at -> BigInt,
        next_at -> BigInt,
        attempts -> Integer,
        lease_holder -> Nullable<BigInt>,
        lease_until -> Nullable<BigInt>,
        provider_id -> Nullable<Text>,
        sent_at -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
        failure -> Nullable<Text>,
        person_id -> Nullable<BigInt>,
        not_after -> Nullable<BigInt>,
        uncertain -> Bool,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    change (number) {
        number -> BigInt,
        at -> BigInt,
        entity -> Text,
        entity_id -> BigInt,
        unit_id -> Nullable<BigInt>,
        commune_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (number) {
        number -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        subject -> Text,
        first_change -> Nullable<BigInt>,
        last_change -> Nullable<BigInt>,
        digest -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    log_head (id) {
        id -> Integer,
        epoch -> BigInt,
        change_number -> BigInt,
        audit_number -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    idempotency (account_id, idempotency_key) {
        account_id -> BigInt,
        idempotency_key -> Text,
        request_digest -> Binary,
        status -> Integer,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    month_change (id) {
        id -> BigInt,
        period -> Integer,
        commune_id -> BigInt,
        state -> Text,
        version -> Integer,
        reason_cipher -> Nullable<Binary>,
        account_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    verdict (proposal_id) {
        proposal_id -> BigInt,
        accepted -> Bool,
        report_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    synonym (folded) {
        folded -> Text,
        indicator_id -> Integer,
        phrase -> Text,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    node,
    unit,
    unit_name,
    unit_lineage,
    indicator,
    person,
    phone,
    post,
    account,
    session,
    signing_key,
    message,
    question,
    report,
    month_return,
    incident,
    value,
    total,
    month_state,
    outbox,
    change,
    audit,
    log_head,
    idempotency,
    month_change,
    verdict,
    synonym
);
