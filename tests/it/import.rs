//! Tables of units and people: all or nothing, every bad row named, twice changes nothing.

use std::sync::Arc;

use binhyen::domain::indicator::Catalogue;
use binhyen::flows::import::{
    ImportError, Imported, Mode, People, import_people, import_synonyms, import_units,
};
use binhyen::flows::synonyms;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::TestDatabase;
use crate::support::world::{HEAD, RETIRED, World};

const NOW: &str = "2026-03-16T08:00:00+07:00";
const UNITS: &str = "code,kind,parent,name,valid_from,valid_to,households,population\n";
const PEOPLE: &str = "name,phone,role,unit,from,to,marks\n";

async fn units(world: &World, bytes: &[u8], mode: Mode) -> Result<Imported, ImportError> {
    import_units(&world.db, &world.ids, world.clock, bytes, mode).await
}

async fn people(world: &World, bytes: &[u8], mode: Mode) -> Result<Imported, ImportError> {
    let tools = People { keys: Arc::clone(&world.keys), ids: Arc::clone(&world.ids), clock: world.clock };
    import_people(&world.db, tools, bytes, mode).await
}

async fn units_of(world: &World, rows: &str) -> Result<Imported, ImportError> {
    units(world, format!("{UNITS}{rows}").as_bytes(), Mode::Write).await
}

async fn people_of(world: &World, rows: &str) -> Result<Imported, ImportError> {
    people(world, format!("{PEOPLE}{rows}").as_bytes(), Mode::Write).await
}

fn did(added: usize, changed: usize, unchanged: usize) -> Imported {
    Imported { added, changed, unchanged }
}

/// Line and column of every row that was refused, each with a reason that can be acted on.
#[track_caller]
fn bad_rows(result: Result<Imported, ImportError>) -> Vec<(u64, &'static str)> {
    let Err(ImportError::Rows(rows)) = result else { panic!("{result:?}") };
    for row in &rows {
        assert!(row.reason.len() >= 8, "{row}");
    }
    rows.iter().map(|row| (row.line, row.column)).collect()
}

/// All that imports write.
async fn written(world: &World) -> Vec<i64> {
    let mut counts = Vec::new();
    for query in [
        "SELECT count(*) FROM unit",
        "SELECT count(*) FROM unit_name",
        "SELECT count(*) FROM person",
        "SELECT count(*) FROM phone",
        "SELECT count(*) FROM post",
        "SELECT count(*) FROM change",
        "SELECT count(*) FROM audit",
    ] {
        counts.push(world.number(query).await);
    }
    counts
}

async fn a_dry_run_says_what_would_be_done_and_writes_nothing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let before = written(&world).await;
    let table = format!(
        "{UNITS}03847001,hamlet,03847,Bản Nà Mo,,,76,310\n03847002,hamlet,03847,Tên mới,,,98,402\n\
         03847009,hamlet,03847,Bản Mới,,,,\n"
    );
    assert_eq!(units(&world, table.as_bytes(), Mode::DryRun).await.unwrap(), did(1, 1, 1));
    let table = format!("{PEOPLE}Lò Văn Ún,0900000001,head,03847001,,,\nMới,0900000010,head,03847002,,,\n");
    assert_eq!(people(&world, table.as_bytes(), Mode::DryRun).await.unwrap(), did(1, 0, 1));
    assert_eq!(written(&world).await, before);
}

async fn importing_twice_changes_nothing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let hamlets = "03847010,hamlet,03847,Bản Một,,,,\n03847011,hamlet,03847,Bản Hai,2026-01-01,,12,\n";
    let heads = "Một,0900000010,head,03847010,,,yes\nHai,0900000011,head,03847011,2026-01-01,2027-12-31,\n";
    assert_eq!(units_of(&world, hamlets).await.unwrap(), did(2, 0, 0));
    assert_eq!(people_of(&world, heads).await.unwrap(), did(2, 0, 0));
    let before = written(&world).await;
    assert_eq!(units_of(&world, hamlets).await.unwrap(), did(0, 0, 2));
    assert_eq!(people_of(&world, heads).await.unwrap(), did(0, 0, 2));
    assert_eq!(written(&world).await, before);
    world.assert_consistent().await;
}

async fn every_bad_unit_is_named_and_none_is_taken(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let before = written(&world).await;
    let long = "x".repeat(1_001);
    let rows = format!(
        "03847020,hamlet,03847,Good,,,,\n\
         3847021,hamlet,03847,Zero lost,,,,\n\
         03847022,hamlet,03848,Of another commune,,,,\n\
         99999001,hamlet,99999,No such commune,,,,\n\
         03847023,village,03847,No such kind,,,,\n\
         03847024,hamlet,03847,,,,,\n\
         03847025,hamlet,03847,Day,31/02/2026,,,\n\
         03847026,hamlet,03847,Days,2026-03-01,2026-02-28,,\n\
         03847027,hamlet,03847,Sizes,,,many,-1\n\
         03847020,hamlet,03847,Twice,,,,\n\
         03847001,hamlet,03847,Moved,2026-01-01,,,\n\
         truong-1,school,03847001,In a hamlet,,,,\n\
         truong 2,school,03847,Blank,,,,\n\
         {long},school,03847,Long,,,,\n\
         14,province,03847,With a parent,,,,\n\
         12345,commune,,No parent,,,,\n\
         03847002,school,03847,A code that a hamlet has,,,,\n"
    );
    let expected = [
        (3, "code"),
        (4, "code"),
        (5, "parent"),
        (6, "kind"),
        (7, "name"),
        (8, "valid_from"),
        (9, "valid_to"),
        (10, "households"),
        (10, "population"),
        (11, "code"),
        (12, "valid_from"),
        (13, "parent"),
        (14, "code"),
        (15, "code"),
        (16, "parent"),
        (17, "parent"),
        (18, "code"),
    ];
    assert_eq!(bad_rows(units_of(&world, &rows).await), expected);
    assert_eq!(written(&world).await, before);
}

async fn every_bad_person_is_named_and_none_is_taken(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let before = written(&world).await;
    let rows = "Good,0900000020,head,03847001,,,\n\
        ,0900000021,head,03847001,,,\n\
        Short,12,head,03847001,,,\n\
        Abroad,+1 555 0100,head,03847001,,,\n\
        Role,0900000022,chief,03847001,,,\n\
        Unit,0900000023,head,03847999,,,\n\
        Level,0900000024,head,03847,,,\n\
        Level,0900000025,commune,03847001,,,\n\
        Level,0900000026,manager,03847,,,\n\
        Days,0900000027,head,03847001,2026-03-01,2026-02-01,\n\
        Days,0900000028,head,03847001,soon,,\n\
        Marks,0900000029,head,03847001,,,maybe\n\
        Twice,0900000030,head,03847001,,,\n\
        Twice,0900000030,head,03847001,,2026-12-31,\n";
    let expected = [
        (3, "name"),
        (4, "phone"),
        (5, "phone"),
        (6, "role"),
        (7, "unit"),
        (8, "unit"),
        (9, "unit"),
        (10, "unit"),
        (11, "to"),
        (12, "from"),
        (13, "marks"),
        (15, "unit"),
    ];
    assert_eq!(bad_rows(people_of(&world, rows).await), expected);
    assert_eq!(written(&world).await, before);
}

async fn lines_are_those_that_an_editor_shows(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    // As Excel writes it: CRLF, a byte order mark; an empty line and a cell of two lines before the bad row.
    let table = "\u{feff}code,kind,parent,name\r\n03847030,hamlet,03847,\"Bản\r\nBa\"\r\n\r\n3847031,hamlet,03847,Bốn\r\n";
    assert_eq!(bad_rows(units(&world, table.as_bytes(), Mode::Write).await), [(5, "code")]);
}

async fn what_cannot_be_stored_is_named_like_any_bad_row(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let before = written(&world).await;
    assert_eq!(bad_rows(units_of(&world, "03847030,hamlet,03847,Bản\0Ba,,,,\n").await), [(2, "name")]);
    assert_eq!(bad_rows(people_of(&world, "Lò\0A,0900000031,head,03847001,,,\n").await), [(2, "name")]);
    assert_eq!(bad_rows(people_of(&world, "Lò A,0900000031,head,03847\0,,,\n").await), [(2, "unit")]);
    assert_eq!(written(&world).await, before);
}

async fn a_workbook_is_taken_like_the_same_table_in_csv(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["code", "kind", "parent", "name", "valid_from", "households"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(1, 0, "03847010").unwrap().write(1, 1, "hamlet").unwrap().write(1, 2, "03847").unwrap();
    sheet.write(1, 3, "Bản Mười").unwrap().write(1, 5, 120).unwrap();
    sheet.write_with_format(1, 4, ExcelDateTime::from_ymd(2026, 1, 1).unwrap(), &day).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(units(&world, &bytes, Mode::Write).await.unwrap(), did(1, 0, 0));
    let same = "03847010,hamlet,03847,Bản Mười,2026-01-01,,120,\n";
    assert_eq!(units_of(&world, same).await.unwrap(), did(0, 0, 1));

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["name", "phone", "role", "unit"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    // Numbers as figures have lost their zeros: a telephone is mended, a code is not guessed.
    sheet.write(1, 0, "Mười").unwrap().write(1, 1, 900_000_010).unwrap().write(1, 2, "head").unwrap();
    sheet.write(1, 3, "03847010").unwrap();
    let good = book.save_to_buffer().unwrap();
    assert_eq!(people(&world, &good, Mode::Write).await.unwrap(), did(1, 0, 0));
    assert!(world.text("0900000010", "ANTT 3 TC1").await.contains("Muoi"));
    let sheet = book.worksheet_from_index(0).unwrap();
    sheet.write(3, 0, "Ba").unwrap().write(3, 1, 900_000_011).unwrap().write(3, 2, "head").unwrap();
    sheet.write(3, 3, 3_847_010).unwrap();
    let bad = book.save_to_buffer().unwrap();
    assert_eq!(bad_rows(people(&world, &bad, Mode::Write).await), [(4, "unit")]);
}

async fn a_renamed_unit_keeps_its_former_name(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let renamed = "03847001,hamlet,03847,Bản Nà Mo Mới,,,80,\n";
    assert_eq!(units_of(&world, renamed).await.unwrap(), did(0, 1, 0));
    let former = "SELECT count(*) FROM unit_name WHERE name = 'Bản Nà Mo' AND valid_to = '2026-03-15'";
    assert_eq!(world.number(former).await, 1);
    assert_eq!(
        world.number("SELECT count(*) FROM unit WHERE code = '03847001' AND households = 80").await,
        1
    );
    assert!(world.text(HEAD, "ANTT 3 TC1").await.contains("Na Mo Moi"));
    world.assert_consistent().await;
}

async fn a_unit_ends_and_another_takes_its_code_but_never_two_at_once(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let ends = "03847003,hamlet,03847,Bản Pom,,2026-06-30,59,\n";
    assert_eq!(units_of(&world, ends).await.unwrap(), did(0, 1, 0));
    let next = "03847003,hamlet,03847,Bản Pom Mới,2026-07-01,,70,\n";
    assert_eq!(units_of(&world, next).await.unwrap(), did(1, 0, 0));
    let lives_on = "03847003,hamlet,03847,Bản Pom,,,59,\n";
    assert_eq!(bad_rows(units_of(&world, lives_on).await), [(2, "valid_to")]);
    // Both at once, in either order of the rows.
    let both = "03847040,hamlet,03847,Hai,2026-07-01,,,\n03847040,hamlet,03847,Một,,2026-06-30,,\n";
    assert_eq!(units_of(&world, both).await.unwrap(), did(2, 0, 0));
    let school = "truong-1,school,04792,Trường,,,,\n";
    units_of(&world, school).await.unwrap();
    assert_eq!(bad_rows(units_of(&world, "truong-1,school,03847,Trường,,,,\n").await), [(2, "parent")]);
}

async fn a_person_with_two_posts_is_one_person_and_a_post_ends(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let (people_before, posts_before) =
        (world.number("SELECT count(*) FROM person").await, world.number("SELECT count(*) FROM post").await);
    let rows =
        "Vì Văn  Hai,0900000050,head,03847001,2026-01-01,,\n vì văn hai ,+84 900 000 050,team,03847002,,,\n";
    assert_eq!(people_of(&world, rows).await.unwrap(), did(2, 0, 0));
    assert_eq!(world.number("SELECT count(*) FROM person").await, people_before + 1);
    assert_eq!(world.number("SELECT count(*) FROM post").await, posts_before + 2);

    let ended = "Vì Văn Hai,0900000050,head,03847001,2026-01-01,28/02/2026,\n";
    assert_eq!(people_of(&world, ended).await.unwrap(), did(0, 1, 0));
    assert_eq!(world.number("SELECT count(*) FROM post WHERE valid_to = '2026-02-28'").await, 1);
    let changed = "SELECT count(*) FROM change WHERE entity = 'post' AND entity_id = \
                   (SELECT id FROM post WHERE valid_to = '2026-02-28')";
    assert_eq!(world.number(changed).await, 2, "its begin and its end are told to whoever follows changes");
    // One post is left: the text is about its hamlet, nobody is asked which.
    assert!(world.text("0900000050", "ANTT 3 TC1").await.contains("Co Ma"));
    // Another person at the same number is another person.
    assert_eq!(people_of(&world, "Vì Thị Ba,0900000050,head,03847003,,,\n").await.unwrap(), did(1, 0, 0));
    assert_eq!(world.number("SELECT count(*) FROM person").await, people_before + 2);
    world.assert_consistent().await;
}

async fn a_post_that_ended_can_begin_again(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let again = "Tòng Văn Phiến,0900000004,head,03847003,2026-03-01,,\n";
    assert_eq!(people_of(&world, again).await.unwrap(), did(1, 0, 0));
    assert!(world.text(RETIRED, "ANTT 3 TC1").await.contains("Pom"));
    world.assert_consistent().await;
}

async fn a_post_is_never_held_twice_at_once(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let again = "Lò Văn Ún,0900000001,head,03847001,2026-07-01,,\n";
    assert_eq!(bad_rows(people_of(&world, again).await), [(2, "from")]);
    // The row that ends the first may stand behind the one that follows it.
    let both = format!("{again}Lò Văn Ún,0900000001,head,03847001,,2026-06-30,\n");
    assert_eq!(people_of(&world, &both).await.unwrap(), did(1, 1, 0));
    assert_eq!(people_of(&world, &both).await.unwrap(), did(0, 0, 2));
    let longer = "Lò Văn Ún,0900000001,head,03847001,,2026-07-01,\n";
    assert_eq!(bad_rows(people_of(&world, longer).await), [(2, "from")]);
    world.assert_consistent().await;
}

async fn a_wish_for_marks_is_taken_over(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let wishes = "Lò Văn Ún,0900000001,head,03847001,,,yes\n";
    assert_eq!(people_of(&world, wishes).await.unwrap(), did(0, 1, 0));
    assert_eq!(people_of(&world, wishes).await.unwrap(), did(0, 0, 1));
    assert!(world.text(HEAD, "ANTT 3 TC1").await.contains("Nà Mo"));
    // An empty cell wishes nothing; two wishes at once are none.
    assert_eq!(people_of(&world, "Lò Văn Ún,0900000001,head,03847001,,,\n").await.unwrap(), did(0, 0, 1));
    assert!(world.text(HEAD, "SUA T3 TC2").await.contains("Nà Mo"));
    let both = "Lò Văn Ún,0900000001,head,03847001,,,no\nLò Văn Ún,0900000001,team,03847002,,,yes\n";
    assert_eq!(bad_rows(people_of(&world, both).await), [(3, "marks")]);
    assert_eq!(people_of(&world, "Lò Văn Ún,0900000001,head,03847001,,,no\n").await.unwrap(), did(0, 1, 0));
    assert!(world.text(HEAD, "SUA T3 TC3").await.contains("Na Mo"));
    world.assert_consistent().await;
}

async fn hours_of_duty_practice_and_pin_are_columns_of_people(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let table = |rows: &str| format!("name,phone,role,unit,duty,practice,pin\n{rows}");
    let rows =
        "Hoàng Minh Nam,0900000099,commune,03847,7-19,,\nLò Văn Ún,0900000001,head,03847001,,yes,0471\n";
    let done = people(&world, table(rows).as_bytes(), Mode::Write).await.unwrap();
    assert_eq!(done, did(0, 2, 0));
    let again = people(&world, table(rows).as_bytes(), Mode::Write).await.unwrap();
    assert_eq!(again, did(0, 0, 2));
    assert_eq!(world.number("SELECT count(*) FROM post WHERE duty = '07:00-19:00'").await, 1);
    let practising = "SELECT count(*) FROM person WHERE practice AND pin_index IS NOT NULL";
    assert_eq!(world.number(practising).await, 1);
    assert!(world.text(HEAD, "T3 TC2 MA 0471").await.starts_with("(TAP) Da ghi"));
    let bad = "A B,0911111111,head,03847001,7-7,maybe,12345\n";
    let refused = people(&world, table(bad).as_bytes(), Mode::Write).await;
    assert_eq!(bad_rows(refused), [(2, "practice"), (2, "duty"), (2, "pin")]);
}

async fn words_of_indicators_are_imported_whole_or_not_at_all(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let catalogue = Catalogue::shipped().unwrap();
    let import = async |rows: &str, mode| {
        let table = format!("indicator,words\n{rows}");
        import_synonyms(&world.db, &catalogue, world.clock, table.as_bytes(), mode).await
    };
    let rows = "TC,khoắng đồ; bẻ khóa lấy của\nCB,xóc vui\n";
    assert_eq!(import(rows, Mode::DryRun).await.unwrap(), did(3, 0, 0));
    assert_eq!(world.number("SELECT count(*) FROM synonym").await, 0);
    assert_eq!(import(rows, Mode::Write).await.unwrap(), did(3, 0, 0));
    assert_eq!(import(rows, Mode::Write).await.unwrap(), did(0, 0, 3));
    let bad = "TC,khoắng đồ\nXX,gì đó\nCB,mất trộm\nTC,vụ\nCB,khoang do\n";
    let refused = import(bad, Mode::Write).await;
    assert_eq!(
        bad_rows(refused),
        [(3, "indicator"), (4, "words"), (5, "words"), (6, "words")],
        "an unknown code, another indicator's word, a word of the grammar, and the same word of two"
    );
    assert_eq!(world.number("SELECT count(*) FROM synonym").await, 3);
    let (reader, _) = synonyms::reader(&world.db, &catalogue).await.unwrap();
    let reading = reader.read("T3 2 vu khoang do", world.clock.today());
    assert_eq!(reading.values, [(1, 2)]);
    assert_eq!(import("", Mode::Write).await.unwrap(), did(0, 3, 0));
}

async fn a_file_that_is_no_table_changes_nothing(test: TestDatabase) {
    let world = World::new(&test, NOW).await;
    let before = written(&world).await;
    for bytes in [
        &b""[..],
        b"\xff\xfe\x00",
        b"PK\x03\x04",
        b"name,phone\nA,0900000001\n",
        b"code,kind,parent,name\n1,2\n",
        b"code,kind,parent,name,nmae\n",
        b"\0\0\0\0",
    ] {
        assert!(matches!(units(&world, bytes, Mode::Write).await, Err(ImportError::Table(_))), "{bytes:?}");
        assert!(matches!(people(&world, bytes, Mode::Write).await, Err(ImportError::Table(_))), "{bytes:?}");
    }
    assert_eq!(units_of(&world, "").await.unwrap(), did(0, 0, 0));
    assert_eq!(written(&world).await, before);
}

on_both!(
    a_dry_run_says_what_would_be_done_and_writes_nothing,
    importing_twice_changes_nothing,
    every_bad_unit_is_named_and_none_is_taken,
    every_bad_person_is_named_and_none_is_taken,
    lines_are_those_that_an_editor_shows,
    what_cannot_be_stored_is_named_like_any_bad_row,
    a_workbook_is_taken_like_the_same_table_in_csv,
    a_renamed_unit_keeps_its_former_name,
    a_unit_ends_and_another_takes_its_code_but_never_two_at_once,
    a_person_with_two_posts_is_one_person_and_a_post_ends,
    a_post_that_ended_can_begin_again,
    a_post_is_never_held_twice_at_once,
    a_wish_for_marks_is_taken_over,
    hours_of_duty_practice_and_pin_are_columns_of_people,
    words_of_indicators_are_imported_whole_or_not_at_all,
    a_file_that_is_no_table_changes_nothing,
);
