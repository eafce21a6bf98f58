/* Arguments: their values, and these in place of {{args.NAME}}. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/codec.h"
#include "object/json.h"
#include <korch/strategy/analysis_spec.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 4 << 20 };

static int value_of(const char **out, const korch_analysis_argument *arg,
                    korch_analysis_lookup_fn lookup, void *userdata, korch_error **err)
{
	const char *name = korch__text_or_empty(arg->name);
	if (arg->value && arg->value_from)
		return korch_error_set(err, KORCH_E_INVALID, "arg '%s' has both Value and ValueFrom fields",
		                       name);
	if (!arg->value && (!arg->value_from || !lookup))
		return korch_error_set(err, KORCH_E_INVALID, "argument \"%s\" was not supplied", name);
	if (arg->value_from)
		return lookup(userdata, out, arg->value_from, err);
	*out = korch_string_ref(arg->value);
	return 0;
}

int korch_analysis_values(korch_map **out, const korch_analysis_argument *args, size_t n_args,
                          korch_analysis_lookup_fn lookup, void *userdata, korch_error **err)
{
	korch_map *made = NULL;
	int code = out && (args || !n_args) ? 0 : KORCH_E_INVALID;
	if (code < 0)
		return korch_error_set(err, code, "arguments are missing");
	for (size_t i = 0; i < n_args && code == 0; i++) {
		const char *value = NULL;
		char path[48];
		snprintf(path, sizeof(path), "args[%zu]", i);
		code = value_of(&value, &args[i], lookup, userdata, err);
		if (code == 0 && korch_map_set(&made, korch__text_or_empty(args[i].name), value) < 0)
			code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		korch_string_unref(value);
		if (code < 0)
			korch_error_prefix_path(err, path);
	}
	if (code < 0)
		korch_block_unref(made);
	else
		*out = made;
	return code;
}

/* The value of what stands between braces; NULL when it is not known. */
static const char *lookup_tag(const char *tag, size_t length, const korch_map *values)
{
	char name[256];
	while (length && *tag == ' ')
		tag++, length--;
	while (length && tag[length - 1] == ' ')
		length--;
	if (length < 6 || length - 5 >= sizeof(name) || memcmp(tag, "args.", 5) != 0 || !values)
		return NULL;
	memcpy(name, tag + 5, length - 5);
	name[length - 5] = '\0';
	return korch_map_get(values, name);
}

/* JSON text with the values in it, escaped as strings of JSON are. */
static int substitute(korch_buf *out, const char *text, const korch_map *values, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf quoted;
	korch__buf_init(&quoted, TEXT_MAX);
	for (const char *open; (open = strstr(text, "{{"));) {
		const char *close = strstr(open, "}}");
		if (!close)
			return korch_error_set(err, KORCH_E_INVALID, "\"{{\" without \"}}\"");
		size_t length = (size_t)(close - open) - 2;
		const char *value = lookup_tag(open + 2, length, values);
		if (!value)
			return korch_error_set(err, KORCH_E_INVALID, "failed to resolve {{%.*s}}",
			                       (int)(length < 200 ? length : 200), open + 2);
		korch__buf_reset(&quoted);
		korch__json_write_string(&quoted, value, strlen(value));
		korch__buf_put(out, text, (size_t)(open - text));
		if (quoted.len > 2)
			korch__buf_put(out, quoted.data + 1, quoted.len - 2);
		if (quoted.failed || out->failed)
			return korch_error_set(err, quoted.failed ? quoted.failed : out->failed,
			                       "the metric becomes too large");
		text = close + 2;
	}
	korch__buf_puts(out, text);
	return out->failed ? korch_error_set(err, out->failed, "the metric becomes too large") : 0;
}

/* Replaces each occurrence of a secret in a buffer. */
static int hide(korch_buf *text, const char *secret)
{
	korch_buf made;
	size_t length = strlen(secret);
	const char *from = korch__text_or_empty(text->data);
	if (!length || !strstr(from, secret))
		return 0;
	korch__buf_init(&made, TEXT_MAX);
	for (const char *hit; (hit = strstr(from, secret)); from = hit + length) {
		korch__buf_put(&made, from, (size_t)(hit - from));
		korch__buf_puts(&made, "*****");
	}
	korch__buf_puts(&made, from);
	korch__buf_fini(text);
	*text = made;
	return text->failed;
}

int korch_analysis_redact(char **out, const char *text, const korch_analysis_argument *args,
                          size_t n_args, const korch_map *values)
{
	korch_buf made;
	if (!out || !text || (n_args && !args))
		return KORCH_E_INVALID;
	korch__buf_init(&made, TEXT_MAX);
	korch__buf_puts(&made, text);
	int code = made.failed;
	for (size_t i = 0; i < n_args && code == 0; i++) {
		int secret = args[i].value_from && args[i].value_from->secret_key_ref && args[i].name;
		const char *value = secret && values ? korch_map_get(values, args[i].name) : NULL;
		code = value ? hide(&made, value) : 0;
	}
	char *stolen = code == 0 ? korch__buf_steal(&made) : NULL;
	korch__buf_fini(&made);
	if (!stolen)
		return code < 0 ? code : KORCH_E_NOMEM;
	*out = stolen;
	return 0;
}

static int resolve_metric(korch_analysis_metric *metric, const korch_map *values, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf before;
	_cleanup_(korch__buf_fini) korch_buf after;
	void *made = NULL;
	korch__buf_init(&before, TEXT_MAX);
	korch__buf_init(&after, TEXT_MAX);
	korch__struct_write(&before, metric, &korch_analysis_metric_type);
	if (before.failed)
		return korch_error_set(err, before.failed, "%s", korch_code_text(before.failed));
	if (!strstr(before.data, "{{"))
		return 0;
	int code = substitute(&after, before.data, values, err);
	if (code == 0)
		code = korch_struct_from_json(&made, &korch_analysis_metric_type, after.data, NULL, err);
	if (code < 0)
		return code;
	korch_struct_clear(metric, &korch_analysis_metric_type);
	korch_struct_assign(metric, made, &korch_analysis_metric_type);
	korch_block_unref(made);
	return 0;
}

static int resolve_all(korch_analysis_run_spec *spec, const korch_map *values, korch_error **err)
{
	int code = 0;
	if (spec->n_metrics && !korch_list_edit(&spec->metrics, &spec->n_metrics,
	                                        &korch_analysis_metric_type, spec->n_metrics))
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < spec->n_metrics && code == 0; i++) {
		char path[48];
		snprintf(path, sizeof(path), "metrics[%zu]", i);
		code = resolve_metric(&spec->metrics[i], values, err);
		if (code < 0)
			korch_error_prefix_path(err, path);
	}
	return code;
}

int korch_analysis_resolve(korch_analysis_run_spec **out, const korch_analysis_run_spec *spec,
                           const korch_map *values, korch_error **err)
{
	if (!out || !spec)
		return korch_error_set(err, KORCH_E_INVALID, "a spec is missing");
	korch_analysis_run_spec *made = korch_struct_new(&korch_analysis_run_spec_type);
	if (!made)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch_struct_assign(made, spec, &korch_analysis_run_spec_type);
	int code = resolve_all(made, values, err);
	if (code < 0)
		korch_block_unref(made);
	else
		*out = made;
	return code;
}
