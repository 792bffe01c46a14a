//! Files that people exchange: tables in CSV and XLSX.

pub mod table;
