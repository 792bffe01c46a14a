//! What a file is, told by its content: its name says what somebody called it.

use std::io::Cursor;

use zip::ZipArchive;

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A PDF.
    Pdf,
    /// A photograph.
    Jpeg,
    /// A picture.
    Png,
    /// A text of Word, without macros.
    Docx,
    /// A workbook of Excel, without macros.
    Xlsx,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    /// There is nothing in it.
    #[error("the file is empty; attach it again")]
    Empty,
    /// Something else.
    #[error("the content is no PDF, JPEG, PNG, DOCX or XLSX; scan it or save it as one of them")]
    Unknown,
    /// A document that carries programs.
    #[error("the document carries macros or other programs; save it without them, or as PDF")]
    Program,
    /// Its name ends otherwise than its content.
    #[error("the name of the file ends otherwise than its content says, which is {}; rename it", .0.extension())]
    Name(FileKind),
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 5] =
        [FileKind::Pdf, FileKind::Jpeg, FileKind::Png, FileKind::Docx, FileKind::Xlsx];

    /// The kind of a file with this name and content.
    ///
    /// # Errors
    /// Says what to do when the content is of no such kind, carries programs, or does not go with the name.
    pub fn of(name: &str, bytes: &[u8]) -> Result<FileKind, BadFile> {
        if bytes.is_empty() {
            return Err(BadFile::Empty);
        }
        let kind = FileKind::of_content(bytes)?;
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        let agrees = ending.is_some_and(|ending| kind.endings().contains(&ending.as_str()));
        if agrees { Ok(kind) } else { Err(BadFile::Name(kind)) }
    }

    /// The kind of a photograph by its type in HTTP.
    pub fn photograph(media_type: &str) -> Option<FileKind> {
        [FileKind::Jpeg, FileKind::Png].into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// The kind of a file with this content, whatever its name.
    ///
    /// # Errors
    /// When it is of no such kind or carries programs.
    pub fn of_content(bytes: &[u8]) -> Result<FileKind, BadFile> {
        const ENDS: usize = 2_048;
        let end = bytes.get(bytes.len().saturating_sub(ENDS)..).unwrap_or(bytes);
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] if holds(end, b"%%EOF") => Ok(FileKind::Pdf),
            [0xFF, 0xD8, 0xFF, ..] => Ok(FileKind::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(FileKind::Png),
            [b'P', b'K', 3, 4, ..] => office(bytes),
            _ => Err(BadFile::Unknown),
        }
    }

    /// Its type in HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Png => "image/png",
            FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// How the names of its files end.
    pub fn extension(self) -> &'static str {
        self.endings().first().copied().unwrap_or_default()
    }

    fn endings(self) -> &'static [&'static str] {
        match self {
            FileKind::Pdf => &["pdf"],
            FileKind::Jpeg => &["jpg", "jpeg"],
            FileKind::Png => &["png"],
            FileKind::Docx => &["docx"],
            FileKind::Xlsx => &["xlsx"],
        }
    }
}

/// Word or Excel: an archive with a known part in it, and no program. Nothing is unpacked.
fn office(bytes: &[u8]) -> Result<FileKind, BadFile> {
    const PROGRAMS: [&[u8]; 8] =
        [b"vbaproject.bin", b".exe", b".dll", b".js", b".vbs", b".bat", b".ps1", b".scr"];
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadFile::Unknown)?;
    let names: Vec<Vec<u8>> = archive.file_names_raw().map(<[u8]>::to_ascii_lowercase).collect();
    let has = |part: &[u8]| names.iter().any(|name| name == part);
    let is_program = |name: &Vec<u8>| PROGRAMS.iter().any(|ending| name.ends_with(ending));
    let kind = match () {
        () if !has(b"[content_types].xml") => return Err(BadFile::Unknown),
        () if has(b"word/document.xml") => FileKind::Docx,
        () if has(b"xl/workbook.xml") => FileKind::Xlsx,
        () => return Err(BadFile::Unknown),
    };
    if names.iter().any(is_program) { Err(BadFile::Program) } else { Ok(kind) }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n";

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for name in names {
            writer.start_file(*name, stored).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_content_says_what_a_file_is() {
        let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 20]].concat();
        let docx = archive(&["[Content_Types].xml", "word/document.xml"]);
        let xlsx = archive(&["[Content_Types].xml", "xl/workbook.xml"]);
        let cases: [(&str, &[u8], FileKind); 5] = [
            ("Biên bản.PDF", PDF, FileKind::Pdf),
            ("a.jpeg", b"\xff\xd8\xff\xe0 photo", FileKind::Jpeg),
            ("a.png", &png, FileKind::Png),
            ("a.docx", &docx, FileKind::Docx),
            ("a.xlsx", &xlsx, FileKind::Xlsx),
        ];
        for (name, bytes, kind) in cases {
            assert_eq!(FileKind::of(name, bytes), Ok(kind), "{name}");
        }
    }

    #[test]
    fn a_program_stays_a_program_whatever_its_name() {
        let program = [&b"MZ\x90\x00"[..], &[0; 200]].concat();
        let script = b"#!/bin/sh\nrm -rf ~\n";
        let page = b"<html><script>alert(1)</script></html>";
        for (name, bytes) in [("a.pdf", &program[..]), ("a.pdf", script), ("a.png", page)] {
            assert_eq!(FileKind::of(name, bytes), Err(BadFile::Unknown), "{name}");
        }
        // A program with an archive behind it is a program.
        let both = [&program[..], &archive(&["[Content_Types].xml", "word/document.xml"])].concat();
        assert_eq!(FileKind::of("a.docx", &both), Err(BadFile::Unknown));
    }

    #[test]
    fn macros_other_archives_wrong_names_and_cut_files_are_refused() {
        let macros = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        assert_eq!(FileKind::of("a.docx", &macros), Err(BadFile::Program));
        assert_eq!(FileKind::of("a.docx", &archive(&["a.txt"])), Err(BadFile::Unknown));
        assert_eq!(FileKind::of("a.png", PDF), Err(BadFile::Name(FileKind::Pdf)));
        assert_eq!(FileKind::of("pdf", PDF), Err(BadFile::Name(FileKind::Pdf)));
        assert_eq!(FileKind::of("a.pdf", b"%PDF-1.7 cut off"), Err(BadFile::Unknown));
        assert_eq!(FileKind::of("a.pdf", b""), Err(BadFile::Empty));
    }
}
