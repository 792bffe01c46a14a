//! The commune that the demonstration plays in: a real one, with made-up hamlets, people and figures.

use chrono::NaiveDate;

use crate::domain::period::{Calendar, Period};

/// Xã Mường Bú, Sơn La.
pub(super) const COMMUNE: &str = "03847";

/// Name of a hamlet, its households, name and number of its head. All but the commune is made up.
const HAMLETS: [(&str, u32, &str, &str); 12] = [
    ("Bản Nà Xi", 76, "Lò Văn Ún", "0900000001"),
    ("Bản Co Mạ", 98, "Quàng Thị Pành", "0900000002"),
    ("Bản Huổi Lè", 64, "Cà Văn Hặc", "0900000003"),
    ("Bản Pá Khoang", 112, "Lường Văn Sơn", "0900000004"),
    ("Bản Nà Tòng 1", 87, "Tòng Thị Xuân", "0900000005"),
    ("Bản Nà Tòng 2", 81, "Tòng Văn Phiến", "0900000006"),
    ("Thôn Quyết Thắng", 140, "Nguyễn Văn Bảy", "0900000007"),
    ("Tiểu khu 1", 203, "Trần Thị Hạnh", "0900000008"),
    ("Tiểu khu 2", 188, "Phạm Văn Sỹ", "0900000009"),
    ("Bản Chiềng Khoa", 132, "Hà Thị Nhung", "0900000010"),
    ("Bản Pom", 59, "Quàng Văn Pom", "0900000011"),
    ("Bản Hua Nà", 70, "Lò Thị Mai", "0900000012"),
];

/// The officer of the commune who is texted.
const OFFICER: (&str, &str) = ("Hoàng Minh Nam", "0900000099");

/// The table of units as people would write it.
pub(super) fn units() -> String {
    let row = |(number, (name, households, ..)): (usize, &(&str, u32, &str, &str))| {
        format!("{},hamlet,{COMMUNE},{name},,,{households},\n", code(number))
    };
    let rows: String = HAMLETS.iter().enumerate().map(row).collect();
    format!("code,kind,parent,name,valid_from,valid_to,households,population\n{rows}")
}

/// The table of people. The head of the last hamlet also stands in for the one before.
pub(super) fn people() -> String {
    let row = |(number, (_, _, name, phone)): (usize, &(&str, u32, &str, &str))| {
        format!("{name},{phone},head,{},,,\n", code(number))
    };
    let rows: String = HAMLETS.iter().enumerate().map(row).collect();
    let last = HAMLETS.len() - 1;
    let two =
        HAMLETS.last().map(|(_, _, name, phone)| format!("{name},{phone},head,{},,,\n", code(last - 1)));
    let (officer, number) = OFFICER;
    format!(
        "name,phone,role,unit,from,to,marks\n{rows}{}{officer},{number},commune,{COMMUNE},,,yes\n",
        two.unwrap_or_default()
    )
}

/// The code of hamlet `number`, from 0.
pub(super) fn code(number: usize) -> String {
    format!("{COMMUNE}{:03}", number + 1)
}

/// Name of hamlet `number`, from 0.
pub(super) fn name(number: usize) -> &'static str {
    HAMLETS.get(number).map_or("", |(name, ..)| name)
}

/// Number of the head of hamlet `number`, from 0.
pub(super) fn phone(number: usize) -> &'static str {
    HAMLETS.get(number).map_or("", |(_, _, _, phone)| phone)
}

/// How many hamlets there are.
pub(super) fn count() -> usize {
    HAMLETS.len()
}

/// What a hamlet reported in a month of the past: made up, the same every time.
pub(super) fn past_report(hamlet: usize, period: Period) -> String {
    let mut dice = Dice(u64::from(period.number().unsigned_abs()) * 31 + u64::try_from(hamlet).unwrap_or(0));
    let mut text = format!("ANTT {}/{}", period.month(), period.year());
    for (code, sides, most) in [
        ("TC", 3, 3),
        ("CYGT", 6, 1),
        ("LDCD", 6, 1),
        ("TNV", 5, 2),
        ("VCGT", 3, 2),
        ("MTTC", 3, 2),
        ("CB", 7, 1),
        ("BLGD", 8, 1),
    ] {
        if dice.roll(sides) == 0 {
            text += &format!(" {code}{}", 1 + dice.roll(most));
        }
    }
    text += &format!(" TTRA{} TTB{} TTN{}", 2 + dice.roll(8), 1 + dice.roll(2), 30 + dice.roll(60));
    text
}

/// A small generator of numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }
}

/// Who texts what, in the order of the play: hamlet and words. `{m}` is the month.
pub(super) const PLAY: [(Option<usize>, &str); 19] = [
    (Some(0), "ANTT {m} TC2 TNV1 TNB1"),
    (
        Some(1),
        "Thang {m} ban Co Ma mat trom 1 vu mat khoang 5tr, hop dan 1 buoi co 62 nguoi du, con lai khong co gi a",
    ),
    (Some(2), "tháng {m} bản em bình yên, không có vụ việc gì"),
    (Some(3), "antt t{m} 1 danh nhau, va cham 2 vu. het"),
    (Some(4), "T{m} TN 2"),
    (Some(4), "1"),
    (Some(5), "thang {m} co vai vu trom"),
    (Some(5), "2 vu"),
    (Some(0), "SUA T{m} TC1"),
    (Some(3), "ANTT T{m} CYGT2"),
    (Some(3), "1"),
    (Some(6), "ANTT T{m} VCGT3, hoa giai thanh 2 vu"),
    (Some(6), "THEM T{m} CB1"),
    (Some(11), "ANTT T{m} TC1 MTTC1"),
    (Some(11), "ban Hua Na"),
    (Some(0), "KT T{m}"),
    (Some(7), "HD"),
    (Some(8), "KHAN danh nhau o cho, co nguoi cam dao"),
    (None, "ANTT T{m} TC9"),
];

/// The months before `now` that have reports, oldest first.
pub(super) fn past_months(calendar: &Calendar, today: NaiveDate) -> Vec<Period> {
    let now = calendar.reportable(today);
    (1..=13).rev().map(|back| now.plus(-back)).collect()
}
