/* Templates → the spec of a run. Words of conflicts are Argo's. */
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include <korch/strategy/analysis_spec.h>
#include <string.h>

typedef struct found {
	const char *name;
	const korch_analysis_template_spec *spec;
	int cluster_scope;
} found;

typedef struct merger {
	const korch_analysis_merge_options *options;
	KORCH_VEC(found) templates;
	korch_analysis_run_spec *out;
	korch_error **err;
} merger;

static int no_memory(merger *self)
{
	return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
}

static int is_known(const merger *self, const char *name, int cluster_scope)
{
	for (size_t i = 0; i < self->templates.n; i++)
		if (self->templates.items[i].cluster_scope == cluster_scope &&
		    strcmp(self->templates.items[i].name, name) == 0)
			return 1;
	return 0;
}

/* Adds the templates that are named, and those that these name. */
static int collect(merger *self, const korch_analysis_template_ref *refs, size_t n, int depth)
{
	if (depth > KORCH_ANALYSIS_TEMPLATE_DEPTH_MAX)
		return korch_error_set(self->err, KORCH_E_LIMIT, "templates name each other deeper than %d",
		                       KORCH_ANALYSIS_TEMPLATE_DEPTH_MAX);
	for (size_t i = 0; i < n; i++) {
		int cluster = refs[i].cluster_scope != 0;
		found one = {.name = korch__text_or_empty(refs[i].template_name), .cluster_scope = cluster};
		if (is_known(self, one.name, cluster))
			continue;
		one.spec = self->options->find(self->options->userdata, one.name, cluster);
		if (!one.spec)
			return korch_error_set(self->err, KORCH_E_NOT_FOUND, "%s '%.253s' not found",
			                       cluster ? "ClusterAnalysisTemplate" : "AnalysisTemplate",
			                       one.name);
		if (self->templates.n >= KORCH_ANALYSIS_TEMPLATES_MAX)
			return korch_error_set(self->err, KORCH_E_LIMIT, "more than %d templates",
			                       KORCH_ANALYSIS_TEMPLATES_MAX);
		if (korch__vec_push(&self->templates, one) < 0)
			return no_memory(self);
		int code = collect(self, one.spec->templates, one.spec->n_templates, depth + 1);
		if (code < 0)
			return code;
	}
	return 0;
}

static int add_metrics(merger *self, const korch_analysis_template_spec *from)
{
	korch_analysis_run_spec *out = self->out;
	for (size_t i = 0; i < from->n_metrics; i++) {
		for (size_t k = 0; k < out->n_metrics; k++)
			if (korch__text_equal(out->metrics[k].name, from->metrics[i].name))
				return korch_error_set(self->err, KORCH_E_CONFLICT,
				                       "two metrics have the same name '%s'",
				                       korch__text_or_empty(from->metrics[i].name));
		if (!korch_list_edit(&out->metrics, &out->n_metrics, &korch_analysis_metric_type,
		                     out->n_metrics + 1))
			return no_memory(self);
		korch_struct_assign(&out->metrics[out->n_metrics - 1], &from->metrics[i],
		                    &korch_analysis_metric_type);
	}
	return 0;
}

static int add_arg(merger *self, const korch_analysis_argument *arg)
{
	korch_analysis_run_spec *out = self->out;
	for (size_t i = 0; i < out->n_args; i++) {
		korch_analysis_argument *known = &out->args[i];
		if (!korch__text_equal(known->name, arg->name))
			continue;
		if (known->value && arg->value && strcmp(known->value, arg->value) != 0)
			return korch_error_set(
			    self->err, KORCH_E_CONFLICT,
			    "Argument `%s` specified multiple times with different values: '%s', '%s'",
			    known->name, known->value, arg->value);
		if (!known->value) {
			korch_struct_clear(known, &korch_analysis_argument_type);
			korch_struct_assign(known, arg, &korch_analysis_argument_type);
		}
		return 0;
	}
	if (!korch_list_edit(&out->args, &out->n_args, &korch_analysis_argument_type, out->n_args + 1))
		return no_memory(self);
	korch_struct_assign(&out->args[out->n_args - 1], arg, &korch_analysis_argument_type);
	return 0;
}

static int add_dry_run(merger *self, const korch_dry_run *rules, size_t n)
{
	korch_analysis_run_spec *out = self->out;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < out->n_dry_run; k++)
			if (korch__text_equal(out->dry_run[k].metric_name, rules[i].metric_name))
				return korch_error_set(self->err, KORCH_E_CONFLICT,
				                       "two Dry-Run metric rules have the same name '%s'",
				                       korch__text_or_empty(rules[i].metric_name));
		if (!korch_list_edit(&out->dry_run, &out->n_dry_run, &korch_dry_run_type,
		                     out->n_dry_run + 1))
			return no_memory(self);
		korch_struct_assign(&out->dry_run[out->n_dry_run - 1], &rules[i], &korch_dry_run_type);
	}
	return 0;
}

static int add_retention(merger *self, const korch_measurement_retention *rules, size_t n)
{
	korch_analysis_run_spec *out = self->out;
	for (size_t i = 0; i < n; i++) {
		size_t at = out->n_measurement_retention;
		for (size_t k = 0; k < at; k++)
			if (korch__text_equal(out->measurement_retention[k].metric_name, rules[i].metric_name))
				return korch_error_set(self->err, KORCH_E_CONFLICT,
				                       "two Measurement Retention metric rules have the same name "
				                       "'%s'",
				                       korch__text_or_empty(rules[i].metric_name));
		if (!korch_list_edit(&out->measurement_retention, &out->n_measurement_retention,
		                     &korch_measurement_retention_type, at + 1))
			return no_memory(self);
		korch_struct_assign(&out->measurement_retention[at], &rules[i],
		                    &korch_measurement_retention_type);
	}
	return 0;
}

static int add_template(merger *self, const korch_analysis_template_spec *from)
{
	int code = add_metrics(self, from);
	if (code == 0)
		code = add_dry_run(self, from->dry_run, from->n_dry_run);
	if (code == 0)
		code = add_retention(self, from->measurement_retention, from->n_measurement_retention);
	for (size_t i = 0; i < from->n_args && code == 0; i++)
		code = add_arg(self, &from->args[i]);
	return code;
}

/* Values of whoever starts it take the place of the templates'. */
static int give_args(merger *self)
{
	korch_analysis_run_spec *out = self->out;
	for (size_t i = 0; i < out->n_args; i++) {
		korch_analysis_argument *arg = &out->args[i];
		const char *value =
		    self->options->args && arg->name ? korch_map_get(self->options->args, arg->name) : NULL;
		if (value) {
			if (korch_string_set(&arg->value, value) < 0)
				return no_memory(self);
			korch_block_share(&arg->value_from, NULL);
		}
		if (!arg->value && !arg->value_from)
			return korch_error_set(self->err, KORCH_E_INVALID, "args.%s was not resolved",
			                       korch__text_or_empty(arg->name));
	}
	return 0;
}

static int merge(merger *self)
{
	const korch_analysis_merge_options *options = self->options;
	int code = collect(self, options->refs, options->n_refs, 0);
	for (int cluster = 0; cluster <= 1; cluster++)
		for (size_t i = 0; i < self->templates.n && code == 0; i++)
			if (self->templates.items[i].cluster_scope == cluster)
				code = add_template(self, self->templates.items[i].spec);
	if (code == 0)
		code = give_args(self);
	if (code == 0)
		code = add_dry_run(self, options->dry_run, options->n_dry_run);
	if (code == 0)
		code = add_retention(self, options->retention, options->n_retention);
	if (code == 0 && self->out->n_metrics == 0)
		code = korch_error_set(self->err, KORCH_E_INVALID, "no metrics specified");
	return code;
}

int korch_analysis_merge(korch_analysis_run_spec **out, const korch_analysis_merge_options *options,
                         korch_error **err)
{
	if (!out || !options || options->size < sizeof(*options) || !options->find ||
	    (options->n_refs && !options->refs))
		return korch_error_set(err, KORCH_E_INVALID, "merging needs templates and a find function");
	merger self = {.options = options, .err = err};
	self.out = korch_struct_new(&korch_analysis_run_spec_type);
	int code = self.out ? merge(&self) : no_memory(&self);
	korch__vec_fini(&self.templates);
	if (code < 0)
		korch_block_unref(self.out);
	else
		*out = self.out;
	return code;
}
