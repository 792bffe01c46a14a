//! A year in a minute, before it happens.

use crate::support::TestDatabase;
use crate::support::process::program;

use super::commune::{PEOPLE, UNITS};

async fn a_rehearsed_year_prints_every_text_and_changes_nothing(test: TestDatabase) {
    for (what, table) in [("units", UNITS), ("people", PEOPLE)] {
        let file = test.beside(what);
        std::fs::write(&file, table).unwrap();
        assert!(program(&test).args(["import", what]).arg(&file).status().unwrap().success());
    }
    let output = program(&test)
        .env("BINHYEN__GATEWAYS__TEST__SEND_URL", "http://127.0.0.1:9/")
        .env("BINHYEN__GATEWAYS__TEST__COST_PER_PART", "350")
        .args(["rehearse", "--year", "2027"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("\n2027-05-12 08:00: 3 people, 3 texts, 3 parts, 1.050 đồng\n"), "{said}");
    assert!(
        said.contains("  09*****001  1 SMS     350 đ  Ban Na Mo chua bao cao thang 5 (15/4-14/5), han 15/5."),
        "{said}"
    );
    assert!(!said.contains("0900000001"), "numbers are masked");
    assert!(said.contains("\n2027-05: 10 texts, 10 parts, 3.500 đồng\n"), "{said}");
    assert!(said.trim_end().ends_with("đồng") && said.contains("\n2027: "), "{said}");
    let db = test.open();
    let rows = db.read(|conn| {
        use diesel::RunQueryDsl;
        use diesel::sql_types::BigInt;
        let count = "SELECT (SELECT count(*) FROM reminder) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM reminder_run)";
        Ok(binhyen::db::sql::Sql::<(BigInt,)>::new(count).get_result::<(i64,)>(conn)?.0)
    });
    assert_eq!(rows.await.unwrap(), 0);
}

on_both!(a_rehearsed_year_prints_every_text_and_changes_nothing);
