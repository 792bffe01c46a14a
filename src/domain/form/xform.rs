//! The XForm of OpenRosa: what ODK Collect, KoboCollect and Enketo show for a form.
//!
//! A month is asked as a day in it, since XForms know no months; money as digits, since it outgrows their whole numbers.

use std::fmt::Write;

use super::definition::{Field, FieldKind, Form, Words};

/// The field by which a person insists; not in the definition of a form, since other clients ask otherwise.
pub const CONFIRMED: &str = "confirmed";
/// The largest whole number of an XForm.
const MAX_INT: i64 = 2_147_483_647;

/// The XForm of `form` in this version, in XML.
pub fn xform(form: &Form, words: &Words, version: &str) -> String {
    let mut xml = String::with_capacity(32 * 1024);
    let (title, code, version) = (escape(&form.title), escape(&form.code), escape(version));
    // Writing to a String cannot fail.
    let _ = write!(
        xml,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<h:head><h:title>{title}</h:title>
<model odk:xforms-version="1.0.0">
<instance><data id="{code}" version="{version}">{}<orx:meta><orx:instanceID/></orx:meta></data></instance>
<instance id="units" src="jr://file-csv/units.csv"/>
<instance id="people" src="jr://file-csv/people.csv"/>
"#,
        names(form).map(|name| format!("<{name}/>")).collect::<String>(),
    );
    form.fields.iter().for_each(|field| xml.push_str(&bind(field, words)));
    if confirms(form) {
        let _ = writeln!(xml, "<bind nodeset=\"/data/{CONFIRMED}\" type=\"string\"/>");
    }
    let _ = write!(
        xml,
        "<bind nodeset=\"/data/orx:meta/orx:instanceID\" type=\"string\" readonly=\"true()\" jr:preload=\"uid\"/>\n\
         </model></h:head>\n<h:body>\n"
    );
    xml.push_str(&body(form, words));
    xml.push_str("</h:body>\n</h:html>\n");
    xml
}

/// The answers of the form, in order.
fn names(form: &Form) -> impl Iterator<Item = &str> {
    let insists = confirms(form).then_some(CONFIRMED);
    form.fields.iter().map(|field| field.name.as_str()).chain(insists)
}

/// Whether the server may ask about figures of the form, on which a person then insists. Criteria are no figures.
fn confirms(form: &Form) -> bool {
    !form.asks_criteria()
}

/// The questions, those of a group under its heading.
fn body(form: &Form, words: &Words) -> String {
    let (mut xml, mut open) = (String::new(), None);
    for field in &form.fields {
        if field.group != open {
            if open.is_some() {
                xml.push_str("</group>\n");
            }
            if let Some(group) = &field.group {
                let _ = writeln!(xml, "<group{}><label>{}</label>", appearance(form, group), escape(group));
            }
            open.clone_from(&field.group);
        }
        xml.push_str(&question(field, words));
    }
    if open.is_some() {
        xml.push_str("</group>\n");
    }
    if confirms(form) {
        let items = item("true", &words.confirmed);
        let _ = writeln!(
            xml,
            "<select1 ref=\"/data/{CONFIRMED}\"><label>{}</label><hint>{}</hint>{items}</select1>",
            escape(&words.confirm),
            escape(&words.confirm_hint)
        );
    }
    xml
}

/// Questions that follow from others of their group stand on one screen with them, so that they appear as one answers.
fn appearance(form: &Form, group: &str) -> &'static str {
    let follows = |field: &Field| field.group.as_deref() == Some(group) && field.after.is_some();
    if form.fields.iter().any(follows) { " appearance=\"field-list\"" } else { "" }
}

/// When a field is asked, as XPath, where it is not asked always.
fn relevant(field: &Field) -> Option<String> {
    let mut rules = Vec::new();
    if let Some(only) = &field.only {
        let unit = "instance('units')/root/item[name = /data/unit]";
        let kinds: Vec<String> =
            only.kinds.iter().map(|of| format!("{unit}/kind = '{}'", of.name())).collect();
        rules.push(if kinds.len() == 1 { kinds.concat() } else { format!("({})", kinds.join(" or ")) });
        rules.extend(only.province.as_ref().map(|code| format!("{unit}/province = '{}'", escape(code))));
        if let Some((first, last)) = only.years {
            rules.push(format!("/data/year &gt;= {first}"));
            rules.extend(last.map(|last| format!("/data/year &lt;= {last}")));
        }
    }
    rules.extend(field.after.as_ref().map(|after| format!("/data/{after} != ''")));
    (!rules.is_empty()).then(|| rules.join(" and "))
}

fn bind(field: &Field, words: &Words) -> String {
    let range = |min: i64, max: i64| {
        let said = words.whole.replace("{min}", &min.to_string()).replace("{max}", &max.to_string());
        (format!(". &gt;= {min} and . &lt;= {max}"), said)
    };
    let (kind, constraint) = match &field.kind {
        FieldKind::Unit | FieldKind::YesNo | FieldKind::Choice { .. } => ("string", None),
        FieldKind::Period => ("date", None),
        FieldKind::Day => ("date", Some((". &lt;= today()".to_owned(), words.past.clone()))),
        FieldKind::Whole { min, max } => ("int", Some(range(*min, *max))),
        FieldKind::Indicator { max, .. } if *max > MAX_INT => {
            let digits = max.to_string().len();
            let (within, said) = range(0, *max);
            ("string", Some((format!("regex(., '^[0-9]{{1,{digits}}}$') and {within}"), said)))
        }
        FieldKind::Indicator { max, .. } => ("int", Some(range(0, *max))),
        FieldKind::Text { max } => {
            let said = words.long.replace("{max}", &max.to_string());
            ("string", Some((format!("string-length(.) &lt;= {max}"), said)))
        }
        FieldKind::Photo => ("binary", None),
    };
    let required = if field.required { " required=\"true()\"" } else { "" };
    let constraint = constraint.map_or_else(String::new, |(rule, said)| {
        format!(" constraint=\"{rule}\" jr:constraintMsg=\"{}\"", escape(&said))
    });
    let relevant = relevant(field).map_or_else(String::new, |rule| format!(" relevant=\"{rule}\""));
    format!("<bind nodeset=\"/data/{}\" type=\"{kind}\"{required}{relevant}{constraint}/>\n", field.name)
}

fn question(field: &Field, words: &Words) -> String {
    let label = match &field.kind {
        FieldKind::Indicator { unit, money: true, .. } => format!("{} ({unit})", field.label),
        _ => field.label.clone(),
    };
    let hint = field.hint.as_deref().map(|hint| format!("<hint>{}</hint>", escape(hint)));
    let head =
        format!("ref=\"/data/{}\"><label>{}</label>{}", field.name, escape(&label), hint.unwrap_or_default());
    let whole = match &field.kind {
        FieldKind::Unit => format!(
            "<select1 {head}<itemset nodeset=\"instance('units')/root/item\"><value ref=\"name\"/><label ref=\"label\"/></itemset></select1>"
        ),
        FieldKind::YesNo => {
            format!("<select1 {head}{}{}</select1>", item("true", &words.yes), item("false", &words.no))
        }
        FieldKind::Choice { choices } => {
            let items: String = choices.iter().map(|choice| item(&choice.name, &choice.label)).collect();
            format!("<select1 {head}{items}</select1>")
        }
        FieldKind::Period => format!("<input appearance=\"month-year\" {head}</input>"),
        FieldKind::Indicator { max, .. } if *max > MAX_INT => {
            format!("<input appearance=\"numbers\" {head}</input>")
        }
        FieldKind::Photo => format!("<upload mediatype=\"image/*\" {head}</upload>"),
        FieldKind::Text { .. } => format!("<input appearance=\"multiline\" {head}</input>"),
        FieldKind::Day | FieldKind::Whole { .. } | FieldKind::Indicator { .. } => {
            format!("<input {head}</input>")
        }
    };
    whole + "\n"
}

fn item(value: &str, label: &str) -> String {
    format!("<item><label>{}</label><value>{}</value></item>", escape(label), escape(value))
}

/// Text as it may stand in an element or an attribute of XML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, Forms, Questionnaire};
    use super::*;
    use crate::domain::indicator::Catalogue;
    use crate::domain::review::{Schemes, UnitKind};

    #[test]
    fn every_field_of_every_form_has_its_place_its_rule_and_its_question() {
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        for form in forms.iter() {
            let xml = xform(form, forms.words(), "v1");
            for field in &form.fields {
                for place in [format!("<{}/>", field.name), format!("nodeset=\"/data/{}\"", field.name)] {
                    assert_eq!(xml.matches(&place).count(), 1, "{place}");
                }
                assert_eq!(
                    xml.matches(&format!(" ref=\"/data/{}\"", field.name)).count(),
                    1,
                    "{}",
                    field.name
                );
            }
            assert_eq!(xml.matches("<group>").count(), xml.matches("</group>").count());
        }
        let month = xform(forms.get("month").unwrap(), forms.words(), "v1");
        assert!(month.contains(r#"<data id="month" version="v1">"#));
        assert!(
            month.contains(r#"<bind nodeset="/data/TC" type="int" constraint=". &gt;= 0 and . &lt;= 50""#)
        );
        assert!(month.contains(r#"<bind nodeset="/data/unit" type="string" required="true()"/>"#));
    }

    #[test]
    fn a_criterion_is_asked_of_its_kind_of_unit_in_its_years_and_its_note_after_it_on_one_screen() {
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let schemes = Schemes::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let scheme = schemes.for_year(2026).unwrap();
        let questions = |kind| Questionnaire { scheme, kind: scheme.of(kind).unwrap(), of: Asked::Police };
        let form = forms.get("assessment").unwrap();
        let form = form.with_criteria(forms.criteria(), &UnitKind::ALL.map(questions));
        let xml = xform(&form, forms.words(), "v1");
        let relevant = "relevant=\"instance('units')/root/item[name = /data/unit]/kind = 'school' and /data/year &gt;= 2022";
        assert!(xml.contains(&format!("c_tt124_2021_school_7_2\" type=\"string\" {relevant}\"")), "{xml}");
        let follows = format!("{relevant} and /data/c_tt124_2021_school_7_2 != ''\"");
        assert!(xml.contains(&format!("n_tt124_2021_school_7_2\" type=\"string\" {follows}")), "{xml}");
        assert_eq!(
            xml.matches("<group appearance=\"field-list\"><label>Thông tư 124/2021/TT-BCA</label>").count(),
            5
        );
        assert!(!xml.contains("confirmed"));
        let registration = xform(forms.get("registration").unwrap(), forms.words(), "v1");
        assert!(registration.contains("households\" type=\"int\" relevant=\"instance('units')/root/item[name = /data/unit]/kind = 'hamlet'\""), "{registration}");
        assert!(registration.contains("confirmed"));
    }

    #[test]
    fn another_indicator_is_another_question_of_the_xform() {
        let csv = include_str!("../../../config/indicators.csv").trim_end().to_owned();
        let row = csv.lines().last().unwrap().replacen("HDK", "XEDI", 1);
        let forms = Forms::shipped(&Catalogue::from_csv(&format!("{csv}\n{row}\n")).unwrap()).unwrap();
        let xml = xform(forms.get("month").unwrap(), forms.words(), "v1");
        assert!(xml.contains("<bind nodeset=\"/data/XEDI\" type=\"int\""), "{xml}");
    }

    #[test]
    fn what_people_wrote_into_the_definition_does_not_break_the_xml() {
        assert_eq!(escape("a<b> & \"c\"\u{0}"), "a&lt;b&gt; &amp; &quot;c&quot; ");
    }
}
