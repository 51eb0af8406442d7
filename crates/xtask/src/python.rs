//! The Python package: its own virtual environment, its wheel, its tests, and the documentation site.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failed, Step};
use crate::workspace::{root, target};

/// The oldest Python the package supports.
const OLDEST: (u32, u32) = (3, 11);

/// Names an interpreter for this task when the usual names do not lead to a good one.
const CHOICE: &str = "DESKMETRICS_PYTHON";

/// Prints version and path on two lines.
const WHO: &str = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";

/// A Python that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interpreter {
    path: PathBuf,
    version: (u32, u32),
}

impl Interpreter {
    /// The one named by the environment, else the first good one among the usual names.
    pub(crate) fn find() -> Result<Self, Failed> {
        let usual = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
        let candidates: Vec<String> = match std::env::var(CHOICE) {
            Ok(choice) => vec![choice],
            Err(_) => usual.map(str::to_owned).to_vec(),
        };
        let mut seen = Vec::new();
        for candidate in &candidates {
            match Step::new(candidate).args(&["-c", WHO]).read().as_deref().and_then(Self::parse) {
                Some(found) if found.version >= OLDEST => return Ok(found),
                Some(found) => seen.push(format!("{candidate} is {}.{}", found.version.0, found.version.1)),
                None => seen.push(format!("{candidate} is not there")),
            }
        }
        Err(Failed::new(format!(
            "no Python {}.{} or newer found ({}); install one, or name its path in {CHOICE}. \
             `cargo x test rust` runs the Rust tests alone",
            OLDEST.0,
            OLDEST.1,
            seen.join(", ")
        )))
    }

    /// What [`WHO`] printed.
    fn parse(printed: &str) -> Option<Self> {
        let (version, path) = printed.split_once('\n')?;
        let (major, minor) = version.trim().split_once('.')?;
        Some(Self { path: PathBuf::from(path.trim()), version: (major.parse().ok()?, minor.parse().ok()?) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The virtual environment of the tests and the site.
struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Takes the one there is, or makes it when there is none or when Python or the requirements changed.
    fn prepare() -> Result<Self, Failed> {
        let interpreter = Interpreter::find()?;
        let requirements = [package().join("requirements-test.txt"), pages().join("requirements.txt")];
        let (major, minor) = interpreter.version;
        let mut stamp = format!("{} {major}.{minor}\n", interpreter.path.display());
        for file in &requirements {
            stamp += &fs::read_to_string(file)
                .map_err(|error| Failed::new(format!("{}: {error}", file.display())))?;
        }

        let environment = Self { folder: workshop().join("venv") };
        let stamp_file = environment.folder.join("made-from.txt");
        if fs::read_to_string(&stamp_file).is_ok_and(|made_from| made_from == stamp) {
            return Ok(environment);
        }
        Step::new(&interpreter.path)
            .args(&["-m", "venv", "--clear"])
            .arg(&environment.folder)
            .run()
            .map_err(|failed| {
                Failed::new(format!(
                    "{failed}; Python at {} lacks the module venv or ensurepip (on Debian and Ubuntu: \
                     apt install python3-venv)",
                    interpreter.path.display()
                ))
            })?;
        let [of_tests, of_site] = &requirements;
        environment
            .pip("install")
            .args(&["--quiet", "--requirement"])
            .arg(of_tests)
            .arg("--requirement")
            .arg(of_site)
            .run()?;
        fs::write(&stamp_file, stamp)
            .map_err(|error| Failed::new(format!("{}: {error}", stamp_file.display())))?;
        Ok(environment)
    }

    /// Its interpreter, configured to write nothing outside `target/`.
    fn python(&self) -> Step {
        let place = if cfg!(windows) { ["Scripts", "python.exe"] } else { ["bin", "python"] };
        Step::new(self.folder.join(place[0]).join(place[1]))
            .env("VIRTUAL_ENV", &self.folder)
            .env("PIP_CACHE_DIR", workshop().join("pip-cache"))
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("PYTHONPYCACHEPREFIX", workshop().join("pycache"))
            .env("MYPY_CACHE_DIR", workshop().join("mypy-cache"))
            .env("HYPOTHESIS_STORAGE_DIRECTORY", workshop().join("hypothesis"))
            .env("CARGO_TARGET_DIR", target())
    }

    fn pip(&self, task: &str) -> Step {
        self.python().args(&["-m", "pip", task])
    }

    /// Builds the wheel in a cargo profile; the wheel's path.
    fn build(&self, profile: &str, folder: &Path) -> Result<PathBuf, Failed> {
        if folder.exists() {
            fs::remove_dir_all(folder)
                .map_err(|error| Failed::new(format!("{}: {error}", folder.display())))?;
        }
        self.python()
            .args(&["-m", "maturin", "build", "--profile", profile, "--manifest-path"])
            .arg(package().join("Cargo.toml"))
            .arg("--out")
            .arg(folder)
            .run()?;
        let built = fs::read_dir(folder).ok().into_iter().flatten().flatten().map(|entry| entry.path());
        built
            .into_iter()
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| Failed::new(format!("maturin left no wheel in {}", folder.display())))
    }

    /// An environment with the package, built without optimisation.
    fn with_package() -> Result<Self, Failed> {
        let environment = Self::prepare()?;
        let wheel = environment.build("dev", &workshop().join("wheel"))?;
        environment
            .pip("install")
            .args(&["--quiet", "--force-reinstall", "--no-deps", "--no-index"])
            .arg(wheel)
            .run()?;
        Ok(environment)
    }
}

/// Installs the package into its own environment and runs pytest.
pub(crate) fn test(rest: &[&str]) -> Result<(), Failed> {
    Environment::with_package()?
        .python()
        .args(&["-m", "pytest", "-o"])
        .arg(format!("cache_dir={}", workshop().join("pytest-cache").display()))
        .arg(package().join("tests"))
        .args(rest)
        .run()
}

/// Installs the package into its own environment and builds the documentation site; warnings are errors.
pub(crate) fn site() -> Result<(), Failed> {
    let folder = target().join("site");
    Environment::with_package()?
        .python()
        .args(&["-m", "sphinx", "--quiet", "--fresh-env", "--nitpicky", "--fail-on-warning", "--keep-going"])
        .arg("--doctree-dir")
        .arg(workshop().join("doctrees"))
        .arg(pages())
        .arg(&folder)
        .run()?;
    eprintln!("\n{}", folder.join("index.html").display());
    Ok(())
}

/// Builds the wheel as it is published.
pub(crate) fn wheel() -> Result<(), Failed> {
    let wheel = Environment::prepare()?.build("release", &workshop().join("dist"))?;
    eprintln!("\n{}", wheel.display());
    Ok(())
}

/// The folder of the Python package.
fn package() -> PathBuf {
    root().join("bindings").join("python")
}

/// The folder of the documentation site's pages.
fn pages() -> PathBuf {
    root().join("docs")
}

/// The folder of everything that is built for Python.
fn workshop() -> PathBuf {
    target().join("python")
}

#[cfg(test)]
mod tests {
    use super::Interpreter;

    #[test]
    fn version_and_path_are_read() {
        let found = Interpreter::parse("3.11\n/usr/bin/python3").unwrap();
        assert_eq!((found.version, found.path.to_str()), ((3, 11), Some("/usr/bin/python3")));
        assert!(Interpreter::parse("3.9\r\nC:\\Python\\python.exe").unwrap().version < super::OLDEST);
        assert_eq!(Interpreter::parse("Python was not found"), None);
    }
}
