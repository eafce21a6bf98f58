/* Values of a configuration's tree by field and index, checked, with errors that say where. */
#include "object/config.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_MESSAGE = 512, MAX_SHOWN = 80 };

int korch__config_fail(const korch__config *config, const korch__spot *spot, int code,
                       const char *format, ...)
{
	char message[MAX_MESSAGE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	_cleanup_free_ char *path = korch__path_text(&spot->path);
	korch_error_set(config->err, code, "%s", message);
	if (path && *path)
		korch_error_prefix_path(config->err, path);
	korch_error_set_location(config->err, config->file, spot->line);
	return code;
}

int korch__config_nomem(const korch__config *config)
{
	return korch_error_set(config->err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

static korch__spot below(const korch__spot *spot, struct json_object *node, korch__path path)
{
	int line = korch__tree_line(node);
	/* The root has an empty name of its own, which no path begins with. */
	if (spot->path.name && !*spot->path.name)
		path.parent = NULL;
	return (korch__spot){node, path, line ? line : spot->line};
}

korch__spot korch__spot_field(const korch__spot *spot, const char *name)
{
	struct json_object *node = NULL;
	if (json_object_is_type(spot->node, json_type_object))
		json_object_object_get_ex(spot->node, name, &node);
	return below(spot, node, KORCH__PATH_FIELD(&spot->path, name));
}

korch__spot korch__spot_item(const korch__spot *spot, size_t i)
{
	return below(spot, json_object_array_get_idx(spot->node, i), KORCH__PATH_INDEX(&spot->path, i));
}

static int fail_type(const korch__config *config, const korch__spot *spot, const char *wanted)
{
	if (config->is_secret)
		return korch__config_fail(config, spot, KORCH_E_INVALID,
		                          "must be %s, not a value of type %s", wanted,
		                          json_type_to_name(json_object_get_type(spot->node)));
	const char *found = json_object_get_string(spot->node);
	return korch__config_fail(config, spot, KORCH_E_INVALID, "must be %s, not %.*s%s", wanted,
	                          MAX_SHOWN, found ? found : "null",
	                          found && strlen(found) > MAX_SHOWN ? "…" : "");
}

static size_t count_names(const char *const *names)
{
	size_t n = 0;
	while (names[n])
		n++;
	return n;
}

int korch__config_fields(const korch__config *config, const korch__spot *spot,
                         const char *const *names)
{
	if (!spot->node)
		return 0;
	if (!json_object_is_type(spot->node, json_type_object))
		return fail_type(config, spot, "a mapping");
	size_t n = count_names(names);
	json_object_object_foreach(spot->node, key, value)
	{
		size_t i = 0;
		while (i < n && strcmp(names[i], key) != 0)
			i++;
		if (i < n)
			continue;
		const char *meant = korch__text_nearest(key, names, n);
		korch__spot unknown = below(spot, value, KORCH__PATH_FIELD(&spot->path, key));
		if (config->is_secret && !meant)
			unknown.path = spot->path;
		return korch__config_fail(config, &unknown, KORCH_E_INVALID, "unknown field%s%s%s",
		                          meant ? ", did you mean " : "", meant ? meant : "",
		                          meant ? "?" : "");
	}
	return 0;
}

int64_t korch__config_count(const korch__config *config, const korch__spot *spot, size_t max)
{
	if (!spot->node)
		return 0;
	if (!json_object_is_type(spot->node, json_type_array))
		return fail_type(config, spot, "a list");
	size_t n = json_object_array_length(spot->node);
	if (n > max)
		return korch__config_fail(config, spot, KORCH_E_INVALID, "%zu items, at most %zu", n, max);
	return (int64_t)n;
}

int korch__config_int(int64_t *out, const korch__config *config, const korch__spot *spot,
                      int64_t min, int64_t max)
{
	if (!spot->node)
		return 0;
	if (!json_object_is_type(spot->node, json_type_int))
		return fail_type(config, spot, "a whole number");
	int64_t value = json_object_get_int64(spot->node);
	if (value < min || value > max)
		return korch__config_fail(config, spot, KORCH_E_INVALID,
		                          "Invalid value: %lld: must be between %lld and %lld, inclusive",
		                          (long long)value, (long long)min, (long long)max);
	*out = value;
	return 0;
}

int korch__config_text(const char **out, const korch__config *config, const korch__spot *spot)
{
	if (!spot->node)
		return 0;
	const char *plain = korch__tree_plain_text(spot->node);
	if (!plain && !json_object_is_type(spot->node, json_type_string))
		return fail_type(config, spot, "a text");
	const char *text = plain ? plain : json_object_get_string(spot->node);
	if (!plain && strlen(text) != (size_t)json_object_get_string_len(spot->node))
		return korch__config_fail(config, spot, KORCH_E_INVALID, "must be without NUL");
	*out = text;
	return 0;
}

int korch__config_bool(int *out, const korch__config *config, const korch__spot *spot)
{
	if (!spot->node)
		return 0;
	if (!json_object_is_type(spot->node, json_type_boolean))
		return fail_type(config, spot, "true or false");
	*out = json_object_get_boolean(spot->node) ? 1 : 0;
	return 0;
}

int korch__config_choice(const korch__config *config, const korch__spot *spot, const char *text,
                         const char *const *allowed)
{
	char list[MAX_MESSAGE] = "";
	size_t length = 0;
	for (int i = 0; allowed[i]; i++) {
		if (strcmp(allowed[i], text) == 0)
			return i;
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s\"%s\"", i ? ", " : "",
		                           allowed[i]);
		if (length >= sizeof(list))
			break;
	}
	return korch__config_fail(config, spot, KORCH_E_INVALID,
	                          "Unsupported value: \"%.*s\": supported values: %s", MAX_SHOWN, text,
	                          list);
}
