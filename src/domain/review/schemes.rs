//! The schemes that an installation holds: the regulations of 2012 and 2021 ship with the program (`config/review/`), others,
//! and what provinces add, are loaded as files.

use std::collections::BTreeMap;

use super::additions::{Additions, Provincial};
use super::scheme::{BadScheme, Scheme, SchemeFile};
use crate::domain::indicator::Catalogue;

/// TT 124/2021/TT-BCA and TT 23/2012/TT-BCA.
const SHIPPED: [&str; 2] = [
    include_str!("../../../config/review/tt23-2012.toml"),
    include_str!("../../../config/review/tt124-2021.toml"),
];

/// The schemes of the installation; at most one holds for a year, and in each province at most one set of additions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schemes {
    country: Vec<Scheme>,
    provinces: Vec<Provincial>,
}

impl Schemes {
    /// The schemes that ship with the program.
    pub fn shipped(catalogue: &Catalogue) -> Result<Self, BadScheme> {
        let schemes = SHIPPED.iter().map(|text| Scheme::read(text, catalogue));
        Ok(Schemes { country: in_order(schemes.collect::<Result<_, _>>()?)?, provinces: Vec::new() })
    }

    /// These, with `file` in the place of what it replaces: what has the same code; an earlier scheme, or earlier
    /// additions of the same province, that are still open end with the year before it.
    pub fn with(&self, file: SchemeFile, catalogue: &Catalogue) -> Result<Self, BadScheme> {
        let mut additions: Vec<Additions> =
            self.provinces.iter().map(|provincial| provincial.additions.clone()).collect();
        additions.retain(|other| other.code != file.code());
        let mut country: Vec<Scheme> =
            self.country.iter().filter(|scheme| scheme.code != file.code()).cloned().collect();
        match file {
            SchemeFile::Scheme(scheme) => {
                let earlier = |s: &&mut Scheme| s.last_year.is_none() && s.first_year < scheme.first_year;
                if let Some(open) = country.iter_mut().find(earlier) {
                    open.last_year = Some(scheme.first_year - 1);
                }
                country.push(scheme);
            }
            SchemeFile::Additions(added) => {
                let earlier = |other: &&mut Additions| {
                    other.province == added.province
                        && other.last_year.is_none()
                        && other.first_year < added.first_year
                };
                if let Some(open) = additions.iter_mut().find(earlier) {
                    open.last_year = Some(added.first_year - 1);
                }
                additions.push(added);
            }
        }
        let country = in_order(country)?;
        let provinces = provincial(&country, additions, catalogue)?;
        Ok(Schemes { country, provinces })
    }

    /// The scheme of the country for reviews of `year`.
    pub fn for_year(&self, year: i32) -> Option<&Scheme> {
        self.country.iter().find(|scheme| scheme.holds_for(year))
    }

    /// The scheme for reviews of `year` in the province with this code: with its additions, where it has any.
    pub fn in_province(&self, year: i32, province: Option<&str>) -> Option<&Scheme> {
        let mut provincial = self.provinces.iter().map(|provincial| &provincial.scheme);
        let own = provincial.find(|scheme| {
            province.is_some() && scheme.province.as_deref() == province && scheme.holds_for(year)
        });
        own.or_else(|| self.for_year(year))
    }

    /// All of them: the country's, the earliest first, then those of provinces.
    pub fn iter(&self) -> impl Iterator<Item = &Scheme> {
        self.country.iter().chain(self.provinces.iter().map(|provincial| &provincial.scheme))
    }

    /// Whether `file` stands there as it is.
    pub fn has(&self, file: &SchemeFile) -> bool {
        match file {
            SchemeFile::Scheme(scheme) => self.country.contains(scheme),
            SchemeFile::Additions(additions) => self.provinces.iter().any(|p| p.additions == *additions),
        }
    }
}

/// Schemes whose years do not overlap, the earliest first.
fn in_order(mut schemes: Vec<Scheme>) -> Result<Vec<Scheme>, BadScheme> {
    schemes.sort_by_key(|scheme| scheme.first_year);
    for pair in schemes.windows(2) {
        if let [earlier, later] = pair
            && earlier.last_year.is_none_or(|last| last >= later.first_year)
        {
            return Err(BadScheme::Years(later.code.clone()));
        }
    }
    Ok(schemes)
}

/// The schemes of the provinces. Additions that share no year with their scheme any more hold for none.
fn provincial(
    country: &[Scheme],
    additions: Vec<Additions>,
    catalogue: &Catalogue,
) -> Result<Vec<Provincial>, BadScheme> {
    let mut all: Vec<Provincial> = Vec::new();
    for additions in additions {
        let base = country.iter().find(|scheme| scheme.code == additions.adds_to);
        let base = base.ok_or_else(|| BadScheme::NoBase(additions.adds_to.clone()))?;
        if let Some(scheme) = additions.to(base, catalogue)? {
            all.push(Provincial { additions, scheme });
        }
    }
    let mut by_province: BTreeMap<&str, Vec<Scheme>> = BTreeMap::new();
    for provincial in &all {
        by_province.entry(&provincial.additions.province).or_default().push(provincial.scheme.clone());
    }
    for schemes in by_province.into_values() {
        in_order(schemes)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::UnitKind;
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::shipped().unwrap()
    }

    #[test]
    fn each_year_has_the_scheme_of_its_regulation() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let code = |year| schemes.for_year(year).map(|scheme| scheme.code.as_str());
        assert_eq!(code(2021), Some("tt23-2012"));
        assert_eq!(code(2022), Some("tt124-2021"));
        assert_eq!(code(2040), Some("tt124-2021"));
        assert_eq!(code(2011), None);
    }

    #[test]
    fn hamlets_and_the_others_are_assessed_over_different_days() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let span = |kind| {
            let span = schemes.for_year(2026).unwrap().of(kind).unwrap().span(2026);
            (span.from.to_string(), span.to.to_string())
        };
        assert_eq!(span(UnitKind::Hamlet), ("2025-11-01".to_owned(), "2026-10-31".to_owned()));
        assert_eq!(span(UnitKind::School), ("2025-11-16".to_owned(), "2026-11-15".to_owned()));
    }

    #[test]
    fn every_criterion_of_the_regulation_is_there() {
        let schemes = Schemes::shipped(&catalogue()).unwrap();
        let count = |kind| schemes.for_year(2026).unwrap().of(kind).unwrap().criteria.len();
        // Clause 2 of article 5 stands for the 14 points of article 4, clauses 2 to 4; clause 3 of article 7 for 6 points
        // of article 6.
        assert_eq!(UnitKind::ALL.map(count), [18, 6 + 14, 16, 16, 9 + 6]);
    }

    #[test]
    fn a_later_scheme_ends_the_one_before_it() {
        let catalogue = catalogue();
        let next =
            SHIPPED[1].replace("tt124-2021", "tt48-2025").replace("first_year = 2022", "first_year = 2027");
        let schemes = Schemes::shipped(&catalogue)
            .unwrap()
            .with(SchemeFile::read(&next, &catalogue).unwrap(), &catalogue)
            .unwrap();
        assert_eq!(schemes.for_year(2026).unwrap().code, "tt124-2021");
        assert_eq!(schemes.for_year(2027).unwrap().code, "tt48-2025");
    }

    const SON_LA: &str = r#"
code = "sonla-2027"
title = "Quyết định của tỉnh Sơn La"
province = "14"
adds_to = "tt124-2021"
first_year = 2027

[[kinds]]
kind = "hamlet"
file = [{ name = "camera_plan", title = "Kế hoạch camera an ninh" }]

[[kinds.criteria]]
id = "SL.1"
text = "Có mô hình camera an ninh"
rule = { name = "manual" }
"#;

    fn with(schemes: &Schemes, text: &str) -> Result<Schemes, BadScheme> {
        schemes.with(SchemeFile::read(text, &catalogue())?, &catalogue())
    }

    #[test]
    fn a_province_adds_criteria_and_documents_for_its_own_units_only() {
        let schemes = with(&Schemes::shipped(&catalogue()).unwrap(), SON_LA).unwrap();
        let code = |year, province| schemes.in_province(year, province).unwrap().code.as_str();
        assert_eq!(code(2026, Some("14")), "tt124-2021");
        assert_eq!(code(2027, Some("14")), "sonla-2027");
        assert_eq!(code(2027, Some("01")), "tt124-2021");
        assert_eq!(code(2027, None), "tt124-2021");
        let hamlet = |province| schemes.in_province(2027, province).unwrap().of(UnitKind::Hamlet).unwrap();
        assert_eq!((hamlet(None).criteria.len(), hamlet(Some("14")).criteria.len()), (18, 19));
        assert_eq!(hamlet(Some("14")).file.len(), hamlet(None).file.len() + 1);
        assert_eq!(hamlet(Some("14")).span(2027), hamlet(None).span(2027));
        assert!(schemes.has(&SchemeFile::read(SON_LA, &catalogue()).unwrap()));
    }

    #[test]
    fn additions_end_with_the_scheme_that_they_add_to_and_with_later_ones() {
        let schemes = with(&Schemes::shipped(&catalogue()).unwrap(), SON_LA).unwrap();
        let later = SON_LA.replace("sonla-2027", "sonla-2029").replace("= 2027", "= 2029");
        let schemes = with(&schemes, &later).unwrap();
        let next =
            SHIPPED[1].replace("tt124-2021", "tt48-2025").replace("first_year = 2022", "first_year = 2031");
        let schemes = with(&schemes, &next).unwrap();
        let codes: Vec<&str> = [2028, 2029, 2030, 2031]
            .map(|year| schemes.in_province(year, Some("14")).unwrap().code.as_str())
            .to_vec();
        assert_eq!(codes, ["sonla-2027", "sonla-2029", "sonla-2029", "tt48-2025"]);
    }

    #[test]
    fn additions_that_cannot_be_are_refused() {
        let shipped = Schemes::shipped(&catalogue()).unwrap();
        let refused = |from: &str, to: &str| {
            assert!(SON_LA.contains(from), "{from}");
            with(&shipped, &SON_LA.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(refused("adds_to = \"tt124-2021\"", "adds_to = \"tt999\"").contains("no scheme tt999"));
        assert!(refused("SL.1", "4.2").contains("criterion 4.2 stands there twice"));
        assert!(refused("first_year = 2027", "first_year = 2027\nlast_year = 2026").contains("years"));
        assert!(refused("province = \"14\"\n", "").contains("province"));
        assert!(refused("text =", "days =").contains("days"));
        let others = SON_LA.replace("sonla-2027", "sonla-other");
        assert!(with(&with(&shipped, SON_LA).unwrap(), &others).unwrap_err().to_string().contains("another"));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| {
            let text = SHIPPED[1].replacen(from, to, 1);
            assert_ne!(text, SHIPPED[1], "{from}");
            Scheme::read(&text, &catalogue()).unwrap_err().to_string()
        };
        assert!(refused("\"NGH\"", "\"ABC\"").contains("indicator ABC"));
        assert!(refused("id = \"4.2\"", "id = \"4.1(1)\"").contains("stands there twice"));
        assert!(refused("percent = 70", "percent = 170").contains("cannot be"));
        assert!(refused("Y-10-31", "Y-02-30").contains("Y-MM-DD"));
        assert!(refused("name = \"none\"", "name = \"nine\"").contains("nine"));
    }
}
