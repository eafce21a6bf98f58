/* The text of `korch explain`, from the tables, in the layout of kubectl. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include <korch/explain.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 76, DEPTH_MAX = 24, PATH_MAX_LENGTH = 1000 };

/* Kinds and apiVersion stand in no table. */
static const korch_field head_fields[] = {
    {.name = "apiVersion",
     .meaning = "Group and version of the kind, such as apps/v1",
     .kind = KORCH_FIELD_STRING},
    {.name = "kind", .meaning = "Name of the kind, such as Deployment", .kind = KORCH_FIELD_STRING},
};

static const char *type_name(const korch_field *field)
{
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
		return "boolean";
	case KORCH_FIELD_INT32:
	case KORCH_FIELD_INT64:
		return "integer";
	case KORCH_FIELD_TIME:
		return "Time";
	case KORCH_FIELD_MICROTIME:
		return "MicroTime";
	case KORCH_FIELD_QUANTITY:
		return "Quantity";
	case KORCH_FIELD_INT_OR_STRING:
		return "IntOrString";
	case KORCH_FIELD_RAW:
		return "Object";
	case KORCH_FIELD_STRUCT:
		return field->type->name;
	default:
		return "string";
	}
}

static void put_type(korch_buf *buf, const korch_field *field)
{
	static const char *const shapes[] = {
	    [KORCH_SHAPE_ONE] = "", [KORCH_SHAPE_LIST] = "[]", [KORCH_SHAPE_MAP] = "map[string]"};
	korch__buf_printf(buf, "<%s%s>", shapes[field->shape], type_name(field));
}

/* Text in lines of a bearable width, each behind an indent. */
static void put_wrapped(korch_buf *buf, const char *text, int indent)
{
	size_t column = 0;
	for (const char *p = text; *p;) {
		size_t word = strcspn(p, " ");
		if (column == 0 || column + 1 + word > WIDTH) {
			korch__buf_printf(buf, "%s%*s", column ? "\n" : "", indent, "");
			column = word;
		} else {
			korch__buf_putc(buf, ' ');
			column += 1 + word;
		}
		korch__buf_put(buf, p, word);
		p += word;
		p += strspn(p, " ");
	}
	korch__buf_putc(buf, '\n');
}

static int compare_fields(const void *left, const void *right)
{
	return strcmp((*(const korch_field *const *)left)->name,
	              (*(const korch_field *const *)right)->name);
}

static int is_object_type(const korch_type *type)
{
	return type->n_fields > 0 && type->fields[0].type == &korch_object_meta_type &&
	       type->fields[0].offset == offsetof(korch_object, metadata);
}

/* All rows by name; whole objects have two more. */
static size_t sorted_fields(const korch_field **out, size_t max, const korch_type *type)
{
	size_t n = 0;
	for (size_t i = 0; is_object_type(type) && i < KORCH_COUNT(head_fields); i++)
		out[n++] = &head_fields[i];
	for (size_t i = 0; i < type->n_fields && n < max; i++) {
		if (type->fields[i].name[0])
			out[n++] = &type->fields[i];
	}
	qsort(out, n, sizeof(out[0]), compare_fields);
	return n;
}

static void put_allowed(korch_buf *buf, const korch_field *field, int indent)
{
	if (field->allowed) {
		korch__buf_printf(buf, "%*senum: ", indent, "");
		for (size_t i = 0; field->allowed[i]; i++)
			korch__buf_printf(buf, "%s%s", i ? ", " : "", field->allowed[i]);
		korch__buf_putc(buf, '\n');
	}
	if (field->default_json)
		korch__buf_printf(buf, "%*sdefault: %s\n", indent, "", field->default_json);
}

static void put_fields(korch_buf *buf, const korch_type *type, int recursive, int depth)
{
	const korch_field *fields[66];
	size_t n = sorted_fields(fields, KORCH_COUNT(fields), type);
	for (size_t i = 0; i < n && depth < DEPTH_MAX; i++) {
		const korch_field *field = fields[i];
		int indent = 2 * (depth + 1);
		korch__buf_printf(buf, "%*s%s\t", indent, "", field->name);
		put_type(buf, field);
		korch__buf_puts(buf, field->flags & KORCH_FIELD_REQUIRED ? " -required-\n" : "\n");
		if (recursive) {
			if (field->type)
				put_fields(buf, field->type, 1, depth + 1);
			continue;
		}
		put_allowed(buf, field, indent);
		put_wrapped(buf, field->meaning, indent + 2);
		korch__buf_putc(buf, '\n');
	}
}

static int unknown_field(const korch_kind *kind, const korch_type *type, const char *name,
                         korch_error **err)
{
	const char *names[66];
	size_t n = 0;
	for (size_t i = 0; i < type->n_fields && n < KORCH_COUNT(names); i++)
		names[n++] = type->fields[i].name;
	const char *meant = korch__text_nearest(name, names, n);
	if (!kind->type)
		return korch_error_set(
		    err, KORCH_E_NOT_FOUND,
		    "field \"%.100s\" of %s is not known: its content is kept as it comes", name,
		    kind->name);
	return korch_error_set(err, KORCH_E_NOT_FOUND, "field \"%.100s\" does not exist in %s%s%s%s",
	                       name, type->name, meant ? ", did you mean " : "", meant ? meant : "",
	                       meant ? "?" : "");
}

static const korch_field *find_field(const korch_type *type, const char *name)
{
	for (size_t i = 0; is_object_type(type) && i < KORCH_COUNT(head_fields); i++) {
		if (strcmp(head_fields[i].name, name) == 0)
			return &head_fields[i];
	}
	return name[0] ? korch_type_field(type, name) : NULL;
}

/* Follows a path (changed in place) from the kind's table; *type is NULL at a field without one. */
static int follow(const korch_kind *kind, char *path, const korch_type **type,
                  const korch_field **field, korch_error **err)
{
	for (char *name; path && (name = strsep(&path, "."));) {
		name[strcspn(name, "[")] = '\0';
		if (!*type)
			return korch_error_set(err, KORCH_E_NOT_FOUND, "field \"%s\" has no fields",
			                       (*field)->name);
		*field = find_field(*type, name);
		if (!*field)
			return unknown_field(kind, *type, name, err);
		*type = (*field)->type;
	}
	return 0;
}

static int unknown_kind(const char *name, korch_error **err)
{
	const char *names[512];
	size_t n = 0;
	const korch_kind *kind;
	for (size_t i = 0; (kind = korch_kind_at(i)) && n + 2 <= KORCH_COUNT(names); i++) {
		names[n++] = kind->plural;
		names[n++] = kind->singular;
	}
	const char *meant = korch__text_nearest(name, names, n);
	return korch_error_set(err, KORCH_E_NOT_FOUND, "kind \"%.100s\" is not known%s%s%s", name,
	                       meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

static void put_head(korch_buf *buf, const korch_kind *kind, const korch_field *field)
{
	if (kind->group[0])
		korch__buf_printf(buf, "GROUP:      %s\n", kind->group);
	korch__buf_printf(buf, "KIND:       %s\nVERSION:    %s\n\n", kind->name, kind->version);
	if (!field)
		return;
	korch__buf_printf(buf, "FIELD: %s ", field->name);
	put_type(buf, field);
	korch__buf_puts(buf, field->flags & KORCH_FIELD_REQUIRED ? " -required-\n" : "\n");
	put_allowed(buf, field, 0);
	korch__buf_putc(buf, '\n');
}

static void put_description(korch_buf *buf, const korch_kind *kind, const korch_type *type,
                            const korch_field *field)
{
	korch__buf_puts(buf, "DESCRIPTION:\n");
	if (field)
		put_wrapped(buf, field->meaning, 4);
	if (type && type->meaning && (!field || strcmp(type->meaning, field->meaning) != 0))
		put_wrapped(
		    buf, kind->type || field ? type->meaning : "A kind whose content is kept as it comes.",
		    4);
	korch__buf_putc(buf, '\n');
}

/* The longest beginning that names a kind ("deployments.apps" in "deployments.apps.spec"); *path is
 * what follows, or NULL. */
static const korch_kind *split_kind(char *text, char **path)
{
	const korch_kind *kind = korch_kind_find(text);
	for (char *dot = strrchr(text, '.'); !kind && dot; dot = strrchr(text, '.')) {
		if (*path)
			(*path)[-1] = '.';
		*dot = '\0';
		*path = dot + 1;
		kind = korch__text_has_suffix(text, ".") ? NULL : korch_kind_find(text);
	}
	return kind;
}

int korch_explain(char **out, const char *what, uint32_t flags, korch_error **err)
{
	if (!out || !what || strlen(what) > PATH_MAX_LENGTH)
		return korch_error_set(err, KORCH_E_INVALID, "no kind, or too long a path");
	_cleanup_free_ char *copy = korch__strdup(what);
	if (!copy)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	char *path = NULL;
	const korch_kind *kind = split_kind(copy, &path);
	if (!kind)
		return unknown_kind(copy, err);
	const korch_type *type = kind->type ? kind->type : &korch__raw_object_type;
	const korch_field *field = NULL;
	int code = follow(kind, path, &type, &field, err);
	if (code < 0)
		return code;
	korch_buf buf;
	korch__buf_init(&buf, 0);
	put_head(&buf, kind, field);
	put_description(&buf, kind, type, field);
	if (type) {
		korch__buf_puts(&buf, "FIELDS:\n");
		put_fields(&buf, type, (flags & KORCH_EXPLAIN_RECURSIVE) != 0, 0);
	}
	*out = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return *out ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}
