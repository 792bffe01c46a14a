use super::*;

const SHIPPED: &str = include_str!("../../../../config/reminders.toml");

fn refused(from: &str, to: &str) -> Why {
    let text = SHIPPED.replacen(from, to, 1);
    assert_ne!(text, SHIPPED, "{from}");
    match Rules::from_toml(&text) {
        Err(BadRules::Rule(bad)) => bad.why,
        other => panic!("{to}: {other:?}"),
    }
}

#[test]
fn the_shipped_rules_hold() {
    let rules = Rules::shipped().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rules.iter().count(), 7);
    assert!(rules.by_code("return").is_some_and(|rule| rule.days == [-3, 0, 1] && rule.statutory));
    assert_eq!(rules.by_code("return").unwrap().moments_a_year(), 36);
}

#[test]
fn a_rule_that_would_text_everyone_every_minute_is_refused_with_the_count() {
    for (cron, count) in
        [("* * * * *", 528_480), ("0 * * * *", 8_808), ("0 8,20 * * *", 734), ("0 8 * * *", 367)]
    {
        let why = refused("0 8 16 * *", cron);
        assert_eq!(why, Why::TooOften { moments: count }, "{cron}");
        assert!(why.to_string().contains(&count.to_string()));
    }
    assert_eq!(refused("0 8 16 * *", "* * * * * *"), Why::TooOften { moments: 31_708_800 });
}

#[test]
fn once_a_week_is_often_enough() {
    assert!(Rules::from_toml(&SHIPPED.replacen("0 8 16 * *", "0 8 * * Mon", 1)).is_ok());
    assert!(Rules::from_toml(&SHIPPED.replacen("0 8 16 * *", "30 0 8 16 * *", 1)).is_ok());
}

#[test]
fn what_cannot_hold_is_refused_with_its_reason() {
    assert!(matches!(refused("0 8 16 * *", "16. um 8"), Why::Cron(_)));
    assert_eq!(refused("code = \"return\"", "code = \"Return\""), Why::Code);
    assert_eq!(refused("code = \"return_list\"", "code = \"return\""), Why::Twice);
    assert_eq!(refused("kinds = [\"hamlet\"]", "kinds = [\"school\"]"), Why::Kinds);
    assert_eq!(refused("kinds = [\"hamlet\"]", "kinds = []"), Why::Kinds);
    assert_eq!(refused("days = [-3, 0, 1]", "days = []"), Why::NoTime);
    assert_eq!(refused("days = [-3, 0, 1]", "days = [1, 1]"), Why::Days);
    assert_eq!(refused("days = [-3, 0, 1]", "days = [400]"), Why::Days);
    assert_eq!(refused("days = [-3, 0, 1]", "days = [1]\ncron = \"0 8 1 * *\""), Why::NoTime);
    assert_eq!(refused("within = [0, 20]", "within = [20, 0]"), Why::Within);
    assert_eq!(refused("useful_days = 2", "useful_days = 99"), Why::Useful);
    let list = Why::Text(Matter::Return, Receiver::Reporter);
    assert_eq!(refused("text = \"remind_return\"", "text = \"remind_return_list\""), list);
    assert!(list.to_string().contains("remind_return"), "{list}");
}

#[test]
fn a_file_with_something_else_in_it_is_refused() {
    for (from, to) in
        [("hour = \"08:00\"", "hour = \"8\""), ("to = \"reporter\"", "to = \"all\""), ("about =", "abuot =")]
    {
        assert!(matches!(Rules::from_toml(&SHIPPED.replacen(from, to, 1)), Err(BadRules::Toml(_))), "{to}");
    }
    let many = "[[rule]]\ncode = \"a\"\nabout = \"a\"\nmatter = \"return\"\nkinds = [\"hamlet\"]\nto = \"reporter\"\n\
                days = [0]\ntext = \"remind_return\"\n"
        .repeat(41);
    let refused = Rules::from_toml(&many);
    assert!(matches!(refused, Err(BadRules::Rule(BadRule { why: Why::TooMany, .. }))));
}

#[test]
fn a_rule_that_stays_as_it_is_goes_on_and_a_changed_one_begins_anew() {
    let rules = Rules::shipped().unwrap();
    let mut changed: Vec<Rule> = rules.iter().map(|standing| standing.rule.clone()).collect();
    changed[0].days = vec![-2];
    let later = rules.replaced_by(changed, 77).unwrap();
    let since: Vec<i64> = later.iter().map(|standing| standing.since).collect();
    assert_eq!(since, [77, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn rules_survive_the_way_through_json() {
    let rules = Rules::shipped().unwrap();
    let json = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules);
}
