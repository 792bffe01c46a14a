//! Files that people exchange: tables in CSV and XLSX, and the files of reviews.

pub mod file_draft;
pub mod file_kind;
pub mod file_store;
pub mod instance;
pub mod table;
