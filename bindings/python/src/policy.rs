//! SLA and FCR policies: `SlaPolicy`, `SlaPolicies`, `FcrPolicy`.

use std::path::PathBuf;

use deskmetrics::sla;
use deskmetrics::{SlaMetric, kpi};
use deskmetrics_arrow::file::read_text;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyType};
use serde_json::Value;

use crate::class::pickled;
use crate::data::{Data, from_form, keys, to_data, to_json};
use crate::error;
use crate::input::describe;

/// An example of a policy.
const POLICY: &str =
    "{\"name\": \"All\", \"targets\": [{\"metric\": \"first_response\", \"within\": \"4h\"}]}";

/// An SLA policy: its conditions and its targets.
///
/// Create one with :meth:`from_dict` or :meth:`from_toml`; combine several with :class:`SlaPolicies`. The keys are listed by
/// ``help("deskmetrics.description")``.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> premium = dm.SlaPolicy.from_dict({
/// ...     "name": "Premium Denmark",
/// ...     "when": {"market": "DK", "tag": "vip"},
/// ...     "targets": [{"metric": "first_response", "clock": "business", "within": {"urgent": "1h", "*": "8h"}}],
/// ... })
/// >>> premium.name
/// 'Premium Denmark'
/// >>> premium.to_dict()["targets"][0]["within"]
/// {'*': '8h', 'urgent': '1h'}
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct SlaPolicy(sla::SlaPolicy);

/// The SLA policies of a help desk, in order: the first one that matches a ticket applies.
///
/// Create them with :meth:`from_dict`, :meth:`from_toml` or from a list of :class:`SlaPolicy`.
///
/// Parameters
/// ----------
/// policies : iterable of SlaPolicy or dict
///     In order of precedence.
/// matching : {"first", "first_per_metric"}, default "first"
///     The first matching policy applies with all its targets; or, for each metric, the first matching policy that has a
///     target for it.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> policies = dm.SlaPolicies.from_toml('''
/// ... [[policies]]
/// ... name = "everybody"
/// ... targets = [{ metric = "resolution", within = "72h" }]
/// ...
/// ... [[policies]]
/// ... name = "vip"
/// ... when = { tag = "vip" }
/// ... targets = [{ metric = "resolution", within = "8h" }]
/// ... ''')
/// >>> policies.names
/// ['everybody', 'vip']
/// >>> policies.check()
/// ['policy "vip" is never reached: "everybody" before it fits the same tickets']
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct SlaPolicies(pub(crate) sla::SlaPolicies);

/// A definition of first contact resolution. There is no default, because the field has none.
///
/// Parameters
/// ----------
/// policy : str
///     Its name, with the window in brackets where it has one: ``"single_reply"``, ``"no_customer_followup"``,
///     ``"single_handler_close"``, ``"strict_no_activity"``, ``"no_reopen_within(7days)"``,
///     ``"no_repeat_contact_within(7days, customer)"``, ``"survey(1-2)"``, ``"interaction_no_task"``.
///
/// Raises
/// ------
/// PolicyError
///     When there is no such policy.
///
/// Examples
/// --------
/// >>> import deskmetrics as dm
/// >>> policy = dm.FcrPolicy("no_repeat_contact_within(7days)")
/// >>> policy
/// FcrPolicy('no_repeat_contact_within(7days, customer)')
/// >>> policy.name
/// 'no_repeat_contact_within'
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct FcrPolicy(kpi::FcrPolicy);

/// A policy from what is given for one: the object, or its text.
pub(crate) fn fcr_policy(value: &Bound<'_, PyAny>) -> PyResult<kpi::FcrPolicy> {
    if let Ok(policy) = value.cast::<FcrPolicy>() {
        return Ok(policy.get().0.clone());
    }
    let text: String = value.extract().map_err(|_| {
        error::argument_type(format!(
            "{} is not an FCR policy; give its text such as \"no_reopen_within(7days)\"",
            describe(value)
        ))
    })?;
    text.parse().map_err(|problem: kpi::UnknownFcrPolicy| error::policy(problem.to_string()))
}

/// Policies from what is given for them: the objects, their data form, a single one, or a list.
pub(crate) fn sla_policies(value: &Bound<'_, PyAny>) -> PyResult<sla::SlaPolicies> {
    known_metrics(given_policies(value)?)
}

/// The policies, if each target limits a metric of the field or a clock of theirs.
fn known_metrics(policies: sla::SlaPolicies) -> PyResult<sla::SlaPolicies> {
    let clocks = policies.clocks.iter().map(|clock| &*clock.name);
    let known: Vec<&str> = SlaMetric::NAMED.iter().map(SlaMetric::as_str).chain(clocks).collect();
    for policy in &policies.policies {
        let metrics = policy.targets.iter().map(|target| target.metric.as_str());
        if let Some(unknown) = metrics.into_iter().find(|metric| !known.contains(metric)) {
            let meant = error::did_you_mean(unknown, &known);
            return Err(error::policy(format!(
                "policy \"{}\": there is no metric \"{unknown}\"{meant}; known are {}, and clocks of your own under clocks",
                policy.name,
                known.join(", "),
            )));
        }
    }
    Ok(policies)
}

fn given_policies(value: &Bound<'_, PyAny>) -> PyResult<sla::SlaPolicies> {
    if let Ok(all) = value.cast::<SlaPolicies>() {
        return Ok(all.get().0.clone());
    }
    if let Ok(dict) = value.cast::<PyDict>()
        && dict.contains("policies")?
    {
        return from_form("policies", to_json("policies", value)?, error::policy);
    }
    if value.is_instance_of::<SlaPolicy>() || value.is_instance_of::<PyDict>() {
        return Ok(sla::SlaPolicies::new([sla_policy("policies", value)?]));
    }
    let refused = || {
        let remedy = if value.is_instance_of::<PyString>() {
            "; read TOML with SlaPolicies.from_toml(pathlib.Path(..))"
        } else {
            ""
        };
        error::argument_type(format!(
            "policies: {} is not SlaPolicies, a list of SlaPolicy, or their data form{remedy}",
            describe(value)
        ))
    };
    if value.is_instance_of::<PyString>() {
        return Err(refused());
    }
    let mut policies = Vec::new();
    for (place, one) in value.try_iter().map_err(|_| refused())?.enumerate() {
        policies.push(sla_policy(&format!("policies[{place}]"), &one?)?);
    }
    Ok(sla::SlaPolicies::new(policies))
}

fn sla_policy(place: &str, value: &Bound<'_, PyAny>) -> PyResult<sla::SlaPolicy> {
    if let Ok(policy) = value.cast::<SlaPolicy>() {
        return Ok(policy.get().0.clone());
    }
    if value.cast::<PyMapping>().is_err() {
        return Err(error::argument_type(format!(
            "{place}: {} is neither an SlaPolicy nor the data form of one",
            describe(value)
        )));
    }
    from_form(place, to_json(place, value)?, error::policy)
}

/// TOML as a data form: a text is TOML itself, a path the file that holds it.
fn toml_form(source: &Bound<'_, PyAny>) -> PyResult<Value> {
    let (place, text) = if source.is_instance_of::<PyString>() {
        let text = source.extract::<String>()?;
        // Every TOML text with content has an equals sign or brackets.
        if !text.contains(['=', '[', '\n']) {
            return Err(error::policy(format!(
                "\"{text}\" is a text, and not one of TOML; to read a file give pathlib.Path(\"{text}\")"
            )));
        }
        (String::new(), text)
    } else {
        let path: PathBuf = source.extract().map_err(|_| {
            error::argument_type(format!(
                "{} is neither TOML text nor the path of a file; give a text or a pathlib.Path",
                describe(source)
            ))
        })?;
        let text = read_text(&path).map_err(|problem| error::policy(problem.to_string()))?;
        (format!("{}: ", path.display()), text)
    };
    let table: toml::Value = toml::from_str(&text)
        .map_err(|problem| error::policy(format!("{place}{}", problem.to_string().trim_end())))?;
    to_data(&table)
}

/// Makes a class of policies from its data form, in Python or TOML, and gives that back.
macro_rules! forms {
    ($class:ident, $place:literal, $example:expr, $check:expr; $(#[$doc:meta])+) => {
        #[pymethods]
        impl $class {
            $(#[$doc])+
            ///
            /// Parameters
            /// ----------
            /// form : dict
            ///
            /// Returns
            /// -------
            #[doc = stringify!($class)]
            ///
            /// Raises
            /// ------
            /// PolicyError
            ///     When the form is invalid; the message names the place in it.
            #[classmethod]
            fn from_dict(_class: &Bound<'_, PyType>, form: &Bound<'_, PyAny>) -> PyResult<Self> {
                $check(from_form($place, keys($place, form, &$example)?, error::policy)?).map(Self)
            }

            /// The same from TOML, with the keys of :meth:`from_dict`.
            ///
            /// Parameters
            /// ----------
            /// source : str or pathlib.Path
            ///     TOML text, or the path of a file that holds it.
            ///
            /// Returns
            /// -------
            #[doc = stringify!($class)]
            ///
            /// Raises
            /// ------
            /// PolicyError
            ///     When the form is invalid; the message names the place in it.
            #[classmethod]
            fn from_toml(_class: &Bound<'_, PyType>, source: &Bound<'_, PyAny>) -> PyResult<Self> {
                $check(from_form($place, toml_form(source)?, error::policy)?).map(Self)
            }

            /// The data form.
            ///
            /// Returns
            /// -------
            /// dict
            fn to_dict(&self) -> Data<&sla::$class> {
                Data(&self.0)
            }
        }

        pickled!($class: "to_dict", "from_dict");
    };
}

forms! { SlaPolicy, "policy", POLICY, Ok;
    /// A policy from its data form: ``name``, ``when``, ``unless``, ``valid_from``, ``valid_until``, ``schedule`` and
    /// ``targets``, each of these with ``metric``, ``clock``, ``within`` and ``at_risk``.
}

forms! { SlaPolicies, "policies", format!("{{\"policies\": [{POLICY}]}}"), known_metrics;
    /// Policies from their data form: ``policies``, and optionally ``matching`` and custom ``clocks``.
}

#[pymethods]
impl SlaPolicy {
    /// Its name, shown in verdicts.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    fn __repr__(&self) -> String {
        let targets: Vec<String> = self.0.targets.iter().map(|target| target.metric.to_string()).collect();
        let targets = if targets.is_empty() { "nothing".to_owned() } else { targets.join(", ") };
        format!("SlaPolicy({:?}, targets {targets})", self.0.name)
    }
}

#[pymethods]
impl SlaPolicies {
    #[new]
    #[pyo3(signature = (policies, *, matching = "first"))]
    fn new(policies: &Bound<'_, PyAny>, matching: &str) -> PyResult<Self> {
        let matching = from_form("matching", Value::from(matching), error::policy)?;
        Ok(Self(sla_policies(policies)?.with_matching(matching)))
    }

    /// The names, in order of precedence.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.policies.iter().map(|policy| &*policy.name).collect()
    }

    /// Check the policies for likely mistakes: policies never reached, priorities without a target, targets of zero.
    ///
    /// Returns
    /// -------
    /// list of str
    ///     Empty without findings.
    fn check(&self) -> Vec<String> {
        self.0.check().iter().map(ToString::to_string).collect()
    }

    fn __len__(&self) -> usize {
        self.0.policies.len()
    }

    fn __getitem__(&self, name: &str) -> PyResult<SlaPolicy> {
        let found = self.0.policies.iter().find(|policy| &*policy.name == name);
        found
            .map(|policy| SlaPolicy(policy.clone()))
            .ok_or_else(|| error::no_such("policy", name, "these policies", &self.names()))
    }

    fn __repr__(&self) -> String {
        let names: Vec<String> = self.names().iter().map(|name| format!("{name:?}")).collect();
        format!("SlaPolicies([{}])", names.join(", "))
    }
}

#[pymethods]
impl FcrPolicy {
    #[new]
    fn new(policy: &Bound<'_, PyAny>) -> PyResult<Self> {
        fcr_policy(policy).map(Self)
    }

    /// The name without its window.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("FcrPolicy('{}')", self.0)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        self.0.to_string().hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String,)) {
        (slf.get_type(), (slf.get().__str__(),))
    }
}
