//! JSON Schema (2020-12) of what a client may send for a form.

use serde_json::{Map, Value, json};

use super::definition::{Field, FieldKind, Form};

/// The schema of a filled-in form: an object with a property for each field.
pub fn schema(form: &Form) -> Value {
    let properties: Map<String, Value> =
        form.fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    let required: Vec<&str> = form.fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title,
        "description": form.about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut schema = match &field.kind {
        FieldKind::Unit => json!({ "type": "string", "maxLength": 20 }),
        FieldKind::Period => json!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" }),
        FieldKind::Day => json!({ "type": "string", "format": "date" }),
        FieldKind::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        FieldKind::Indicator { max, .. } => json!({ "type": "integer", "minimum": 0, "maximum": max }),
        FieldKind::YesNo => json!({ "type": "boolean" }),
        FieldKind::Choice { choices } => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
            json!({ "type": "string", "enum": names })
        }
        FieldKind::Text { max } => json!({ "type": "string", "maxLength": max }),
        FieldKind::Photo => json!({ "type": "string", "maxLength": 200 }),
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!(field.label));
        if let Some(hint) = &field.hint {
            object.insert("description".to_owned(), json!(hint));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::super::Forms;
    use super::*;
    use crate::domain::indicator::Catalogue;

    #[test]
    fn the_schema_names_limits_and_what_must_be_there() {
        let forms = Forms::shipped(&Catalogue::shipped().unwrap()).unwrap();
        let schema = schema(forms.get("month").unwrap());
        assert_eq!(schema["required"], json!(["unit", "period"]));
        assert_eq!(
            schema["properties"]["TC"],
            json!({ "type": "integer", "minimum": 0, "maximum": 50, "title": "Trộm cắp tài sản" })
        );
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
