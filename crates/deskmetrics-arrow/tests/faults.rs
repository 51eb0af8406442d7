//! The fault matrix: each limit, each special file, each damaged format and each extreme value has its documented answer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder, StringViewBuilder};
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use deskmetrics_arrow::file::{Exceeded, Limits};
use deskmetrics_arrow::{Dataset, Description, ReadError, ReadOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

/// Reads a file of this name and content as tickets with an id and a creation.
fn read_file(name: &str, content: &[u8], limits: Limits) -> Result<Dataset, ReadError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    read_in(folder.path(), name, limits)
}

fn read_in(folder: &Path, name: &str, limits: Limits) -> Result<Dataset, ReadError> {
    let description: Description =
        format!("time_zone = \"UTC\"\n[[tickets]]\nfile = {name:?}\nid = \"id\"\ncreated_at = \"opened\"")
            .parse()?;
    Dataset::of_description(&description, ReadOptions::default().with_data_root(folder).with_limits(limits))
}

/// The result of work that ends soon.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    result
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_of_a_million_columns_is_too_wide() {
    let wide = |columns: usize| {
        let mut text = "id,opened".to_owned();
        (2..columns).for_each(|column| write!(text, ",c{column}").unwrap());
        text + "\n1,2026-03-02T09:00:00Z" + &",".repeat(columns - 2) + "\n"
    };
    let error = soon(|| read_file("t.csv", wide(1_000_000).as_bytes(), Limits::default())).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("t.csv: it has more than 10000 columns; if that is right, raise limits.columns")
    );
    assert!(matches!(error, ReadError::TooLarge { exceeded: Exceeded::Columns { limit: 10_000 }, .. }));

    assert_eq!(read_file("t.csv", wide(10_000).as_bytes(), Limits::default()).unwrap().counts().tickets, 1);
    let mut limits = Limits::default();
    limits.columns = 50_000;
    assert_eq!(read_file("t.csv", wide(10_001).as_bytes(), limits).unwrap().counts().tickets, 1);
    limits.columns = 1;
    for (name, bytes) in formats() {
        let error = read_file(name, &bytes, limits).unwrap_err();
        assert!(
            matches!(error, ReadError::TooLarge { exceeded: Exceeded::Columns { limit: 1 }, .. }),
            "{error}"
        );
    }
}

#[test]
fn a_small_file_does_not_decompress_to_gigabytes() {
    let mut limits = Limits::default();
    (limits.expansion, limits.always) = (2, 1 << 20);
    let rows = b"1,2026-03-02T09:00:00Z\n".repeat(1 << 16);
    let bomb = gzip(&[b"id,opened\n".as_slice(), &rows].concat());
    let error = soon(|| read_file("t.csv.gz", &bomb, limits)).unwrap_err();
    assert!(
        matches!(error, ReadError::TooLarge { exceeded: Exceeded::Bytes { expansion: 2, .. }, .. }),
        "{error}"
    );
    assert!(
        error.to_string().ends_with(
            "it decompresses to more than 1048576 bytes, beyond 2 times its size; if that is right, raise limits.expansion"
        ),
        "{error}"
    );
    // nothing but line breaks, which are no rows; several members of gzip are one file
    let empty = gzip(&b"\n".repeat(1 << 16)).repeat(40);
    assert!(matches!(
        soon(|| read_file("t.csv.gz", &empty, limits)).unwrap_err(),
        ReadError::TooLarge { exceeded: Exceeded::Bytes { .. }, .. }
    ));
    // one line that never ends
    let long = gzip(&b"x".repeat(17 << 20)).repeat(2);
    let error = soon(|| read_file("t.csv.gz", &long, Limits::default())).unwrap_err();
    assert!(error.to_string().contains("line 1 is longer than 16 MiB"), "{error}");
}

#[test]
fn rows_that_take_no_bytes_are_limited_too() {
    let mut limits = Limits::default();
    limits.always = 1 << 20;
    let nothing = Arc::new(NullArray::new(200_000)) as ArrayRef;
    let batch = RecordBatch::try_from_iter([("id", nothing.clone()), ("opened", nothing)]).unwrap();
    for (name, bytes) in [("t.arrow", arrow(&batch, None)), ("t.arrows", stream(&batch, None))] {
        let error = soon(|| read_file(name, &bytes, limits)).unwrap_err();
        assert!(
            matches!(error, ReadError::TooLarge { exceeded: Exceeded::Rows { expansion: 100, .. }, .. }),
            "{error}"
        );
    }
    let error = soon(|| read_file("t.parquet", &parquet(&batch, Compression::SNAPPY), limits)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(" rows, beyond 100 for each of its bytes; if that is right, raise limits.expansion"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("folder.csv")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path.join("socket.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path.join("zero.csv")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path.join("pipe.csv")).status().unwrap().success());
    for (name, found) in [
        ("folder.csv", "a folder"),
        ("socket.csv", "a device, pipe or socket"),
        ("zero.csv", "a device, pipe or socket"),
        ("pipe.csv", "a device, pipe or socket"),
    ] {
        let error = soon(|| read_in(path, name, Limits::default())).unwrap_err();
        assert!(matches!(&error, ReadError::NotAFile { found: is, .. } if *is == found), "{name}: {error}");
        assert!(
            error.to_string().ends_with(&format!(
                "{name}: is {found}, not a file: give the name of a file, and store what a pipe returns in one"
            )),
            "{error}"
        );
        // as a description, a schedule and a file of holidays
        let error = soon(|| Dataset::read(path.join(name))).unwrap_err();
        assert!(matches!(error, ReadError::NotAFile { .. }), "{name}: {error}");
        for schedule in [
            format!("file = {name:?}"),
            format!(
                "time_zone = \"UTC\"\nhours = \"24/7\"\nholidays = {{ file = {name:?}, column = \"date\" }}"
            ),
        ] {
            let description: Description = format!("time_zone = \"UTC\"\n[[tickets]]\nfile = \"t.csv\"\nid = \"id\"\ncreated_at = \"opened\"\n[schedules.desk]\n{schedule}").parse().unwrap();
            let options = ReadOptions::default().with_data_root(path);
            let error = soon(|| Dataset::of_description(&description, options)).unwrap_err();
            assert!(matches!(error, ReadError::NotAFile { .. }), "{name}: {error}");
        }
    }
}

/// Tickets in every encoding of columns that files have.
fn batch() -> RecordBatch {
    let rows = 40_i64;
    let mut category = StringDictionaryBuilder::<Int8Type>::new();
    let (mut market, mut tags) = (StringViewBuilder::new(), ListBuilder::new(StringBuilder::new()));
    for row in 0..rows {
        category.append_option((row % 5 != 0).then(|| ["billing", "login"][usize::from(row % 2 == 0)]));
        market.append_value(format!("a market with a long name, {}", row % 3));
        tags.values().append_value("vip");
        tags.append(row % 4 != 0);
    }
    let text = |row: i64| format!("T-{row}");
    let at = |row: i64| 1_772_442_000_000_000 + row * 3_600_000_000;
    RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new((0..rows).map(|row| Some(text(row))).collect::<StringArray>()) as ArrayRef, true),
        ("opened", Arc::new((0..rows).map(|row| Some(at(row))).collect::<TimestampMicrosecondArray>()), true),
        (
            "done",
            Arc::new(
                (0..rows)
                    .map(|row| (row % 3 != 0).then(|| at(row + 5)))
                    .collect::<TimestampMicrosecondArray>(),
            ),
            true,
        ),
        ("category", Arc::new(category.finish()), true),
        ("market", Arc::new(market.finish()), true),
        ("tags", Arc::new(tags.finish()), true),
        ("reopens", Arc::new((0..rows).map(|row| Some(row % 2)).collect::<Int64Array>()), true),
        (
            "handle_minutes",
            Arc::new((0..rows).map(|row| Some(row as f64 / 3.0)).collect::<Float64Array>()),
            true,
        ),
        ("requester", Arc::new((0..rows).map(|row| Some(text(row % 7))).collect::<LargeStringArray>()), true),
        ("met", Arc::new((0..rows).map(|row| Some(row % 2 == 0)).collect::<BooleanArray>()), true),
    ])
    .unwrap()
}

fn arrow(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn stream(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn parquet(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn csv() -> Vec<u8> {
    let mut text = "id,opened,done,category,market,tags,reopens,handle_minutes,requester,met\n".to_owned();
    for row in 0..40 {
        writeln!(
            text,
            "T-{row},2026-03-02 09:{row:02},2026-03-03 09:00,\"billing, \"\"x\"\"\",dé{row},\"[\"\"vip\"\"]\",{},{row}.5,R{row},yes",
            row % 2
        )
        .unwrap();
    }
    text.into_bytes()
}

/// A valid file of each format.
fn formats() -> Vec<(&'static str, Vec<u8>)> {
    let batch = batch();
    vec![
        ("t.csv", csv()),
        ("t.csv.gz", gzip(&csv())),
        ("t.arrow", arrow(&batch, None)),
        ("t.arrow", arrow(&batch, Some(CompressionType::LZ4_FRAME))),
        ("t.arrows", stream(&batch, None)),
        ("t.arrows", stream(&batch, Some(CompressionType::LZ4_FRAME))),
        ("t.parquet", parquet(&batch, Compression::UNCOMPRESSED)),
        ("t.parquet", parquet(&batch, Compression::SNAPPY)),
    ]
}

/// The description of all of its columns.
const ALL: &str = r#"
    time_zone = "UTC"
    [[tickets]]
    file = "FILE"
    id = "id"
    created_at = "opened"
    solved_at = "done"
    tags = "tags"
    requester = "requester"
    reopens = "reopens"
    sla_met = "met"
    first_response_time = { column = "handle_minutes", unit = "minutes" }
    attributes = { category = "category", market = "market" }
"#;

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    /// The next number below a limit (SplitMix64, Steele and others 2014).
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % limit.max(1)
    }

    fn mutated(&mut self, whole: &[u8]) -> Vec<u8> {
        const EXTREMES: [u64; 8] =
            [0, 1, u64::MAX, i64::MAX as u64, 1 << 63, u32::MAX as u64, i32::MAX as u64, 1 << 40];
        let mut bytes = whole.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => {
                    let end = (at + self.below(64)).min(bytes.len());
                    bytes.drain(at..end);
                }
                2 => {
                    let copy = bytes[at..(at + self.below(64)).min(bytes.len())].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                3 => {
                    let extreme = EXTREMES[self.below(8)].to_le_bytes();
                    let width = [1, 2, 4, 8][self.below(4)];
                    bytes.iter_mut().skip(at).zip(&extreme[..width]).for_each(|(byte, new)| *byte = *new);
                }
                4 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << self.below(8)),
                _ => bytes
                    .get_mut(at)
                    .into_iter()
                    .for_each(|byte| *byte = u8::try_from(self.below(256)).unwrap()),
            }
        }
        bytes
    }
}

/// The number of mutations of each file. A long run: `DESKMETRICS_MUTATIONS=100000`.
fn mutations() -> usize {
    std::env::var("DESKMETRICS_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

#[test]
fn every_damaged_file_is_an_error_with_its_name_or_a_table() {
    let folder = TempDir::new().unwrap();
    let mut random = Random(20_261_130);
    for (name, whole) in formats() {
        let path = folder.path().join(name);
        let description: Description = ALL.replace("FILE", name).parse().unwrap();
        let read =
            || Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path()));
        fs::write(&path, &whole).unwrap();
        assert_eq!(read().unwrap().counts().tickets, 40, "{name}");
        for _ in 0..mutations() {
            let bytes = random.mutated(&whole);
            fs::write(&path, &bytes).unwrap();
            let start = Instant::now();
            if let Err(error) = read() {
                assert!(error.to_string().contains(name), "{error}");
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
        }
    }
}
