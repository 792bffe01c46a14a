//! The keys of all texts, and which placeholders the program fills in each.

use super::TemplateKey;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $key:literal [$($field:literal)*];)*) => {
        $($(#[$doc])* pub const $name: TemplateKey = $key;)*

        /// Every text and the placeholders that the program fills; a catalogue must have exactly these.
        pub const ALL: &[(TemplateKey, &[&str])] = &[$(($key, &[$($field),*])),*];
    };
}

texts! {
    /// A return was recorded.
    RECORDED = "recorded" ["month" "hamlet" "values"];
    /// An incident was recorded with its day.
    RECORDED_INCIDENT = "recorded_incident" ["day" "month" "hamlet" "values"];
    /// Several incidents were recorded, each with its day.
    RECORDED_INCIDENTS = "recorded_incidents" ["hamlet" "list"];
    /// Part was recorded, part is held.
    RECORDED_REPLACE_OR_ADD = "recorded_replace_or_add" ["month" "hamlet" "values" "held"];
    /// All of it was already so.
    UNCHANGED = "unchanged" ["month" "hamlet" "values" "example"];
    /// The sender said no: nothing changes.
    KEPT = "kept" ["month" "hamlet" "values"];
    /// The sender said no: the text is not recorded.
    DROPPED = "dropped" ["example"];
    /// An earlier text, or a month's return, was taken back.
    CANCELLED = "cancelled" ["month" "hamlet" "values"];
    /// Of the months of a text that was taken back, one is closed.
    CANCELLED_PART = "cancelled_part" ["month" "hamlet" "values" "waiting"];
    /// The month is closed, the figures are kept for the officer.
    CLOSED = "closed" ["month" "hamlet" "values"];
    /// The number can be forged and the figures are kept for the officer.
    LOW_TRUST = "low_trust" ["month" "hamlet" "values"];

    /// Other figures are there: replace or add?
    REPLACE_OR_ADD = "replace_or_add" ["month" "hamlet" "held"];
    /// “Nothing happened” over figures.
    CONFIRM_ZERO = "confirm_zero" ["month" "hamlet" "values"];
    /// Lower than the incidents told one by one.
    CONFIRM_LOWER = "confirm_lower" ["month" "hamlet" "held"];
    /// Ten times the highest figure.
    CONFIRM_JUMP = "confirm_jump" ["month" "hamlet" "values"];
    /// The same addition again.
    CONFIRM_REPEAT = "confirm_repeat" ["month" "hamlet" "values"];
    /// The same incident again.
    CONFIRM_REPEAT_INCIDENT = "confirm_repeat_incident" ["day" "hamlet" "values"];
    /// An incident after the return.
    CONFIRM_INCLUDED = "confirm_included" ["day" "month" "hamlet" "values"];
    /// The same about the next month of one text.
    CONFIRM_INCLUDED_NEXT = "confirm_included_next" ["before" "day" "month" "hamlet" "values"];
    /// Is an earlier text, or a month's return, to be taken back?
    CONFIRM_CANCEL = "confirm_cancel" ["month" "hamlet" "values"];
    /// Is what was taken back to be restored?
    CONFIRM_RESTORE = "confirm_restore" ["month" "hamlet" "values"];
    /// No month named, and the usual one has its return.
    WHICH_MONTH = "which_month" ["hamlet" "list"];
    /// The month named lies too far ahead or back.
    MONTH_FAR = "month_far" ["month" "list"];
    /// The month lies too far, and the sender insists.
    MONTH_TOO_FAR = "month_too_far" ["month" "contact"];
    /// Several hamlets, none named.
    WHICH_HAMLET = "which_hamlet" ["list"];
    /// The text names a hamlet that the sender has nothing to do with.
    OTHER_HAMLET = "other_hamlet" ["hamlet" "other"];
    /// The answer to a question was not understood.
    ANSWER_UNCLEAR = "answer_unclear" ["choices"];

    /// A word with several meanings.
    ASK_WHICH = "ask_which" ["doubt" "list" "example"];
    /// A thing without a number.
    ASK_COUNT = "ask_count" ["indicator" "example"];
    /// A number without a thing.
    ASK_INDICATOR = "ask_indicator" ["doubt" "example"];
    /// A vague amount.
    ASK_VAGUE = "ask_vague" ["doubt" "example"];
    /// Figures that exclude each other.
    ASK_CONTRADICTION = "ask_contradiction" ["example"];
    /// A code that does not exist.
    ASK_CODE = "ask_code" ["doubt" "example"];
    /// Two months in one text.
    ASK_TWO_MONTHS = "ask_two_months" ["example"];
    /// Two hamlets in one text.
    ASK_TWO_HAMLETS = "ask_two_hamlets" ["example"];
    /// No month of the calendar.
    ASK_MONTH = "ask_month" ["example"];
    /// A figure that cannot be.
    ASK_ABSURD = "ask_absurd" ["doubt" "example"];
    /// Characters that cannot be read.
    ASK_ILLEGIBLE = "ask_illegible" ["example"];
    /// Only more or less than before.
    ASK_DIFFERENCE = "ask_difference" ["example"];
    /// Keyword, month or command without figures.
    ASK_NOTHING = "ask_nothing" ["example" "zero"];
    /// A death or loss without its event.
    ASK_UNATTACHED = "ask_unattached" ["doubt" "example"];
    /// Events on several days in one text.
    ASK_DAYS = "ask_days" ["example"];
    /// An event on a day that has not come.
    ASK_FUTURE_DAY = "ask_future_day" ["day"];
    /// A part of a long text never came.
    INCOMPLETE = "incomplete" [];
    /// Not understood at all.
    ASK_AGAIN = "ask_again" ["example"];

    /// Nobody is registered at the number.
    UNKNOWN_NUMBER = "unknown_number" [];
    /// The sender reports for no hamlet in that month.
    NO_POST = "no_post" ["contact"];
    /// The PIN is wrong.
    PIN_WRONG = "pin_wrong" ["contact"];
    /// What is reported.
    STATUS = "status" ["month" "hamlet" "values"];
    /// What is reported, and what is missing.
    STATUS_MISSING = "status_missing" ["month" "hamlet" "values" "missing"];
    /// Nothing is reported.
    STATUS_NONE = "status_none" ["hamlet" "missing" "example" "zero"];
    /// What is reported for several hamlets.
    STATUS_LIST = "status_list" ["month" "list"];
    /// How to write.
    HELP = "help" ["example" "zero"];
    /// How to write the last text that was not understood.
    HELP_MISTAKE = "help_mistake" ["doubt" "example"];
    /// An urgent text was passed on.
    URGENT_PASSED = "urgent_passed" ["reached"];
    /// An urgent text reached nobody.
    URGENT_NOBODY = "urgent_nobody" [];
    /// Matters that are never kept.
    CALL_POLICE = "call_police" [];
    /// No more reminders.
    STOPPED = "stopped" ["contact"];
    /// The unit has registered for the yearly review.
    REVIEW_REGISTERED = "review_registered" ["hamlet" "year" "due"];
    /// The same; how many households has it?
    REVIEW_REGISTERED_HOUSEHOLDS = "review_registered_households" ["hamlet" "year" "due"];
    /// It had registered before.
    REVIEW_ALREADY = "review_already" ["hamlet" "year" "day"];
    /// The decisions of the year are due already, or taken.
    REVIEW_OVER = "review_over" ["hamlet" "year" "contact"];
    /// The unit cannot register for that year.
    REVIEW_IMPOSSIBLE = "review_impossible" ["hamlet" "year" "contact"];
    /// The sender holds no post that registers.
    REVIEW_NO_POST = "review_no_post" ["contact"];
    /// The registration was taken back.
    REVIEW_WITHDRAWN = "review_withdrawn" ["hamlet" "year"];
    /// There is no registration that the sender can take back.
    REVIEW_NOT_WITHDRAWN = "review_not_withdrawn" ["hamlet" "year" "contact"];
    /// The households were recorded.
    REVIEW_HOUSEHOLDS = "review_households" ["hamlet" "year" "count"];
    /// Households of a unit that has not registered.
    REVIEW_HOUSEHOLDS_NOT_YET = "review_households_not_yet" ["hamlet" "year" "count"];

    /// Yes, without a question.
    YES_TO_NOTHING = "yes_to_nothing" [];
    /// No, without a question.
    NO_TO_NOTHING = "no_to_nothing" ["example"];

    /// `sms read`: a report with its month.
    READ_REPORT = "read_report" ["month" "values"];
    /// `sms read`: a report that names no month.
    READ_REPORT_NO_MONTH = "read_report_no_month" ["values"];
    /// `sms read`: status, whose figures only the server knows.
    READ_STATUS = "read_status" [];

    /// To the officers on duty: an urgent text, word for word.
    URGENT_ALERT = "urgent_alert" ["hamlet" "name" "phone" "text"];
    /// To the officers: somebody tried to report what is never kept.
    CALL_POLICE_ALERT = "call_police_alert" ["hamlet" "name"];
    /// To the administrators: the settings of a gateway are wrong.
    ROUTE_MISCONFIGURED = "route_misconfigured" ["gateway"];
    /// To the administrators: a gateway has no money left.
    ROUTE_OUT_OF_CREDIT = "route_out_of_credit" ["gateway"];
    /// To the administrators: nobody is there at a gateway.
    ROUTE_UNREACHABLE = "route_unreachable" ["gateway"];
    /// To the administrators: no text has come by a gateway for longer than is usual.
    ROUTE_SILENT = "route_silent" ["gateway"];
    /// To the administrators: a phone has stopped asking for texts.
    PHONE_SILENT = "phone_silent" ["gateway"];
    /// To the administrators: the money of a gateway will not last.
    BALANCE_LOW = "balance_low" ["gateway" "money"];
    /// A code to log in.
    LOGIN_CODE = "login_code" ["code"];
    /// A trial of a gateway.
    GATEWAY_TEST = "gateway_test" [];
    /// To ODK Collect: a form was recorded.
    FORM_RECORDED = "form_recorded" ["month" "hamlet"];
    /// To ODK Collect: an incident was recorded.
    FORM_INCIDENT = "form_incident" ["day" "month" "hamlet"];
    /// To ODK Collect: all of it was already so.
    FORM_UNCHANGED = "form_unchanged" ["month" "hamlet"];
    /// To ODK Collect: the month is closed.
    FORM_PROPOSED = "form_proposed" ["month" "hamlet"];
    /// To ODK Collect: others gave other figures; both are kept.
    FORM_CONFLICT = "form_conflict" ["month" "hamlet" "held"];
    /// To ODK Collect: the figures must be confirmed.
    FORM_CONFIRM = "form_confirm" ["month" "hamlet" "held"];
    /// To ODK Collect: the same event was told before.
    FORM_REPEAT = "form_repeat" ["day" "month" "hamlet"];
    /// To ODK Collect: the id was used for another content.
    FORM_ID_TAKEN = "form_id_taken" [];
    /// To ODK Collect: the form states nothing.
    FORM_EMPTY = "form_empty" [];
    /// To ODK Collect: the month or day cannot be reported.
    FORM_FAR = "form_far" ["month" "hamlet"];
    /// To ODK Collect: the incident that is corrected is not there.
    FORM_NO_INCIDENT = "form_no_incident" [];
    /// To ODK Collect: the unit is not the sender's.
    FORM_OTHER_UNIT = "form_other_unit" [];
    /// To ODK Collect: the form cannot be read and is kept.
    FORM_KEPT = "form_kept" [];
    /// To ODK Collect: what came is no form.
    FORM_BROKEN = "form_broken" [];
    /// To ODK Collect: what came is too large.
    FORM_TOO_LARGE = "form_too_large" [];
    /// To ODK Collect: a file is no photograph.
    FORM_FILE = "form_file" [];
    /// To ODK Collect: the address or the password is wrong.
    FORM_LOG_IN = "form_log_in" [];
    /// To ODK Collect: the device was ended.
    FORM_DEVICE_ENDED = "form_device_ended" [];
    /// To ODK Collect: passwords need TLS.
    FORM_NO_TLS = "form_no_tls" [];
    /// To ODK Collect: the server cannot take it now.
    FORM_LATER = "form_later" [];
    /// An officer registered a unit by a form.
    FORM_REGISTERED = "form_registered" ["hamlet" "year" "due"];
    /// A form registered a unit in the place of another unit or year.
    FORM_REGISTERED_INSTEAD = "form_registered_instead" ["hamlet" "year" "due" "other"];
    /// The same, where the earlier registration stands.
    FORM_REGISTERED_BESIDE = "form_registered_beside" ["hamlet" "year" "due" "other"];
    /// A form about a review that goes on without the unit.
    FORM_REVIEW_OVER = "form_review_over" ["hamlet" "year"];
    /// The unit cannot register for that year.
    FORM_REVIEW_IMPOSSIBLE = "form_review_impossible" ["hamlet" "year"];
    /// A self-assessment without a registration.
    FORM_NOT_REGISTERED = "form_not_registered" ["hamlet" "year"];
    /// A self-assessment was recorded, and is whole.
    FORM_ASSESSED = "form_assessed" ["hamlet" "year"];
    /// A self-assessment was recorded, and lacks answers.
    FORM_ASSESSED_PART = "form_assessed_part" ["hamlet" "year" "count"];
    /// A self-assessment that says nothing.
    FORM_ASSESS_EMPTY = "form_assess_empty" [];
    /// Criteria are not answered yet.
    FORM_ASSESS_EARLY = "form_assess_early" ["hamlet" "day"];
    /// Answers against the figures without a reason.
    FORM_ASSESS_NOTE = "form_assess_note" ["hamlet" "list"];
    /// Criteria that only the police confirm.
    FORM_ASSESS_POLICE = "form_assess_police" ["hamlet" "list"];
    /// The officer accepted what was kept.
    PROPOSAL_ACCEPTED = "proposal_accepted" ["month" "hamlet" "values"];
    /// The officer refused what was kept.
    PROPOSAL_REFUSED = "proposal_refused" ["month" "hamlet" "values"];

    /// To those who report: a month's return is missing.
    REMIND_RETURN = "remind_return" ["unit" "month" "due" "zero"];
    /// To supervisors: whose return is missing.
    REMIND_RETURN_LIST = "remind_return_list" ["month" "due" "count" "places"];
    /// To those who register.
    REMIND_REGISTRATION = "remind_registration" ["unit" "year" "due"];
    /// To the officers of a commune that has not registered.
    REMIND_REGISTRATION_COMMUNE = "remind_registration_commune" ["unit" "year" "due"];
    /// To supervisors: who has not registered.
    REMIND_REGISTRATION_LIST = "remind_registration_list" ["count" "year" "due" "places"];
    /// To those who assess themselves.
    REMIND_ASSESSMENT = "remind_assessment" ["unit" "year" "due"];
    /// To supervisors: whose file is missing.
    REMIND_ASSESSMENT_LIST = "remind_assessment_list" ["count" "year" "due" "places"];
    /// To those who decide: what has no decision.
    REMIND_DECISION_LIST = "remind_decision_list" ["count" "year" "due" "places"];
    /// There is more than fits.
    REMIND_MORE = "remind_more" ["count"];
}
