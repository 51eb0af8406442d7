//! Every check, on its seeds and on mutations of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use deskmetrics_fuzz::{Mutations, TARGETS};

/// The number of inputs of a target, unless the environment states another.
const INPUTS: usize = 1000;

/// No input takes longer than this, also in an unoptimized build on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

fn hold(name: &str) {
    let stated = std::env::var("DESKMETRICS_FUZZ_INPUTS").ok();
    let inputs = stated.map_or(INPUTS, |text| text.parse().expect("a number of inputs"));
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty());
    let mut failures = Vec::new();
    for input in seeds.clone().into_iter().chain(Mutations::new(seeds, 7)).take(inputs) {
        let start = Instant::now();
        let held = catch_unwind(AssertUnwindSafe(|| (target.check)(&input)));
        let elapsed = start.elapsed();
        if held.is_err() || elapsed > LIMIT {
            let shown = input.escape_ascii().to_string();
            failures.push(format!("after {elapsed:?}, {} bytes: {shown:.400}", input.len()));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {inputs} inputs failed:\n{}",
        failures.len(),
        failures[..failures.len().min(3)].join("\n")
    );
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                hold(stringify!($name));
            }
        )*

        #[test]
        fn each_target_has_a_test() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),*]);
        }
    };
}

targets! {
    hours durations fcr description policies schedules calendar state csv json parquet ipc_file ipc_stream columns clock replay
}
