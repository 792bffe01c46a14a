//! Reading a table with a header row from CSV or XLSX, told apart by what the file holds, not by its name.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

/// The largest file that is read.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most rows that are read: the country's hamlets five times over.
const MAX_ROWS: usize = 500_000;
/// The longest cell, in bytes.
const MAX_CELL: usize = 1_000;

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum BadTable {
    /// It is larger than [`MAX_BYTES`].
    #[error("the file is larger than 64 MiB; cut it into several")]
    TooLarge,
    /// It has too many rows.
    #[error("the file has more than 500,000 rows; cut it into several")]
    TooManyRows,
    /// It is neither CSV in UTF-8 nor XLSX.
    #[error("the file is neither CSV in UTF-8 nor XLSX; save it as one of them")]
    Format,
    /// A line of the CSV has another number of cells than the header.
    #[error("line {0} has another number of cells than the header")]
    Cells(u64),
    /// It has no header row.
    #[error("the file is empty; its first row must name the columns")]
    NoHeader,
    /// Columns that are needed are missing, or there are unknown ones.
    #[error("the first row must name the columns {expected}; {wrong}")]
    Columns {
        /// The columns that are understood.
        expected: String,
        /// What is wrong with those that are there.
        wrong: String,
    },
}

/// A row with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line in the file, the header being line 1.
    pub line: u64,
    cells: HashMap<&'static str, String>,
}

impl Row {
    /// The cell of `column`, trimmed, its words set apart by one blank, in NFC; empty where there is none.
    pub fn get(&self, column: &'static str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// A cell that nothing can be made of, and why: longer than anything that is meant, or with a character that
    /// cannot be stored or printed.
    pub fn unfit(&self) -> Option<(&'static str, &'static str)> {
        self.cells.iter().find_map(|(column, text)| {
            if text.len() > MAX_CELL {
                return Some((*column, "longer than 1,000 bytes"));
            }
            let reason = "holds a control character, which cannot be printed; type the cell anew";
            text.chars().any(char::is_control).then_some((*column, reason))
        })
    }
}

/// Reads the rows of a file. `required` columns must be there, `optional` may; others are refused, so that a mistyped
/// name is not silently ignored. Empty rows are left out.
pub fn read(
    bytes: &[u8],
    required: &[&'static str],
    optional: &[&'static str],
) -> Result<Vec<Row>, BadTable> {
    if bytes.len() > MAX_BYTES {
        return Err(BadTable::TooLarge);
    }
    let lines = if bytes.starts_with(b"PK") { xlsx(bytes)? } else { csv(bytes)? };
    let mut lines = lines.into_iter();
    let (_, header) = lines.next().ok_or(BadTable::NoHeader)?;
    let columns = columns(&header, required, optional)?;
    let row =
        |(line, cells): (u64, Vec<String>)| Row { line, cells: columns.iter().copied().zip(cells).collect() };
    Ok(lines.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).map(row).collect())
}

fn columns(
    header: &[String],
    required: &[&'static str],
    optional: &[&'static str],
) -> Result<Vec<&'static str>, BadTable> {
    let known = || required.iter().chain(optional).copied();
    let bad = |wrong| BadTable::Columns { expected: known().collect::<Vec<_>>().join(","), wrong };
    let mut columns = Vec::new();
    for name in header {
        let name = name.to_lowercase();
        let column = known()
            .find(|column| *column == name)
            .ok_or_else(|| bad(format!("“{name}” is not one of them")))?;
        if columns.contains(&column) {
            return Err(bad(format!("{column} is there twice")));
        }
        columns.push(column);
    }
    match required.iter().find(|column| !columns.contains(column)) {
        Some(column) => Err(bad(format!("{column} is missing"))),
        None => Ok(columns),
    }
}

fn clean(text: &str) -> String {
    let words: Vec<&str> = text.trim_start_matches('\u{feff}').split_whitespace().collect();
    words.join(" ").nfc().collect()
}

type Lines = Vec<(u64, Vec<String>)>;

fn csv(bytes: &[u8]) -> Result<Lines, BadTable> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadTable::Format)?;
    let header = text.lines().next().unwrap_or("");
    // Spreadsheets set to Vietnamese write semicolons.
    let delimiter = if header.contains(';') && !header.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(false)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    let mut place = Place { rest: text, line: 1, offset: 0 };
    for record in reader.records() {
        let record = record.map_err(|error| bad_record(&error, &mut place))?;
        if lines.len() > MAX_ROWS {
            return Err(BadTable::TooManyRows);
        }
        let line = record.position().map_or(0, |position| place.line_at(position));
        lines.push((line, record.iter().map(clean).collect()));
    }
    Ok(lines)
}

fn bad_record(error: &csv::Error, place: &mut Place<'_>) -> BadTable {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, .. } => {
            BadTable::Cells(pos.as_ref().map_or(0, |position| place.line_at(position)))
        }
        _ => BadTable::Format,
    }
}

/// Counts lines as editors show them. The reader's own count stands before empty lines, and before the second half of
/// the line ends that Windows writes.
struct Place<'t> {
    rest: &'t str,
    line: u64,
    /// Where `rest` begins, bytes.
    offset: u64,
}

impl Place<'_> {
    /// The line on which the record at `position` begins; positions only grow.
    fn line_at(&mut self, position: &csv::Position) -> u64 {
        let skip = usize::try_from(position.byte().saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let (before, after) = self.rest.split_at_checked(skip).unwrap_or((self.rest, ""));
        let record = after.trim_start_matches(['\r', '\n']);
        let passed = self.rest.len() - record.len();
        let passed_text = self.rest.get(..passed).unwrap_or(before);
        let ends = passed_text.replace("\r\n", "\n").matches(['\r', '\n']).count();
        self.line += u64::try_from(ends).unwrap_or(0);
        self.offset += u64::try_from(passed).unwrap_or(0);
        self.rest = record;
        self.line
    }
}

fn xlsx(bytes: &[u8]) -> Result<Lines, BadTable> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| BadTable::Format)?;
    let sheet = book.worksheet_range_at(0).ok_or(BadTable::NoHeader)?.map_err(|_| BadTable::Format)?;
    if sheet.height() > MAX_ROWS {
        return Err(BadTable::TooManyRows);
    }
    let first = sheet.start().map_or(0, |(row, _)| u64::from(row)) + 1;
    let rows = sheet.rows().map(|row| row.iter().map(cell).collect());
    Ok((first..).zip(rows).collect())
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        // Whole numbers without “.0”, so that counts and numbers of phones read as they look.
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        other => clean(&other.to_string()),
    }
}

/// A day as people write it: `2026-03-14` or `14/03/2026`.
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d/%m/%Y")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 2] = ["code", "name"];

    #[test]
    fn csv_with_commas_or_semicolons_a_byte_order_mark_and_empty_lines() {
        for text in
            ["\u{feff}code,name\n01,Thôn A\n,\n02,\"Thôn B, C\"\n", "Code;Name\n01;Thôn A\n;\n02;Thôn B, C\n"]
        {
            let rows = read(text.as_bytes(), &COLUMNS, &[]).unwrap();
            let seen: Vec<_> = rows.iter().map(|row| (row.line, row.get("code"), row.get("name"))).collect();
            assert_eq!(seen, [(2, "01", "Thôn A"), (4, "02", "Thôn B, C")]);
        }
    }

    #[test]
    fn lines_are_counted_as_editors_do() {
        for text in [
            "code,name\r\n01,\"Thôn\r\n A\"\r\n\r\n02,B\r\n",
            "\n\ncode,name\n01,A\n02,B",
            "code,name\r\r01,A\r\r02,B",
        ] {
            let rows = read(text.as_bytes(), &COLUMNS, &[]).unwrap();
            assert_eq!((rows[0].get("code"), rows[1].line), ("01", 5), "{text:?}");
        }
        assert!(matches!(read(b"code,name\r\n\r\n1\r\n", &COLUMNS, &[]), Err(BadTable::Cells(3))));
    }

    #[test]
    fn xlsx_keeps_texts_and_prints_whole_numbers_and_days_plainly() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 14).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write(0, 0, "code").unwrap().write(0, 1, "name").unwrap().write(0, 2, "from").unwrap();
        sheet.write(1, 0, "04792001").unwrap().write(1, 1, 912_345_678).unwrap();
        sheet.write_with_format(1, 2, &date, &format).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let rows = read(&bytes, &COLUMNS, &["from"]).unwrap();
        assert_eq!((rows[0].line, rows[0].get("code"), rows[0].get("name")), (2, "04792001", "912345678"));
        assert_eq!(rows[0].get("from"), "2026-03-14");
    }

    #[test]
    fn a_file_that_is_no_table_is_refused_with_what_to_do() {
        let wrong = |text: &[u8]| read(text, &COLUMNS, &[]).unwrap_err().to_string();
        assert!(wrong(b"").contains("first row"));
        assert!(wrong(b"code\n1\n").contains("name is missing"));
        assert!(wrong(b"code,nmae\n1,2\n").contains("nmae"));
        assert!(wrong(b"code,name,code\n1,2,3\n").contains("twice"));
        assert!(wrong(b"code,name\n1\n").contains("line 2"));
        assert!(wrong(&[0xff, 0xfe]).contains("UTF-8"));
        assert!(wrong(b"PK\x03\x04 not a workbook").contains("XLSX"));
    }

    #[test]
    fn days_are_read_in_both_usual_ways() {
        assert_eq!(day("2026-03-14"), day("14/03/2026"));
        assert!(day("14/03/2026").is_some());
        assert_eq!(day("31/02/2026"), None);
    }
}
