/* Field selectors: their text form and matching. */
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include <korch/fieldpath.h>
#include <korch/selector.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

typedef struct term {
	char *path;
	char *value;
	int is_not;
} term;

struct korch_field_selector {
	KORCH_VEC(term) list;
};

static void selector_free_p(korch_field_selector **slot)
{
	korch_field_selector_free(*slot);
}

void korch_field_selector_free(korch_field_selector *selector)
{
	if (!selector)
		return;
	for (size_t i = 0; i < selector->list.n; i++) {
		korch__free(selector->list.items[i].path);
		korch__free(selector->list.items[i].value);
	}
	korch__vec_fini(&selector->list);
	korch__free(selector);
}

/* Length up to the next comma that is not escaped. */
static size_t term_length(const char *text)
{
	size_t i = 0;
	while (text[i] && text[i] != ',')
		i += text[i] == '\\' && text[i + 1] ? 2 : 1;
	return i;
}

/* Takes the backslashes out in place. */
static int unescape(char *text, korch_error **err)
{
	char *to = text;
	for (const char *p = text; *p; p++) {
		if (*p == '\\') {
			p++;
			if (!*p || !strchr("\\,=", *p))
				return korch_error_set(err, KORCH_E_PARSE,
				                       "invalid field selector: invalid escape sequence: \\%.1s",
				                       p);
		} else if (*p == ',' || *p == '=') {
			return korch_error_set(err, KORCH_E_PARSE,
			                       "invalid field selector: unescaped character in value: %c", *p);
		}
		*to++ = *p;
	}
	*to = '\0';
	return 0;
}

/* Where the operator is; NULL when there is none. */
static char *find_operator(char *text, size_t *length, int *is_not)
{
	for (char *p = text; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == '=' || (*p == '!' && p[1] == '=')) {
			*is_not = *p == '!';
			*length = p[1] == '=' ? 2 : 1;
			return p;
		}
	}
	return NULL;
}

static int add_term(korch_field_selector *selector, const char *whole, const char *text,
                    size_t length, korch_error **err)
{
	_cleanup_free_ char *copy = korch__strndup(text, length);
	if (!copy)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	term out = {0};
	size_t sign;
	char *operator_ = find_operator(copy, &sign, &out.is_not);
	if (!operator_)
		return korch_error_set(err, KORCH_E_PARSE,
		                       "invalid selector: '%.200s'; can't understand '%.200s'", whole,
		                       copy);
	*operator_ = '\0';
	int code = unescape(operator_ + sign, err);
	if (code < 0)
		return code;
	out.path = korch__strdup(copy);
	out.value = korch__strdup(operator_ + sign);
	if (!out.path || !out.value || korch__vec_push(&selector->list, out) < 0) {
		korch__free(out.path);
		korch__free(out.value);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

int korch_field_selector_parse(korch_field_selector **out, const char *text, korch_error **err)
{
	if (!out || !text || strlen(text) > TEXT_MAX)
		return korch_error_set(err, KORCH_E_PARSE, "selector is missing or too long");
	_cleanup_(selector_free_p) korch_field_selector *selector = korch__calloc(1, sizeof(*selector));
	if (!selector)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (const char *p = text; *p;) {
		size_t length = term_length(p);
		int code = length > 0 ? add_term(selector, text, p, length, err) : 0;
		if (code < 0)
			return code;
		p += length;
		p += *p == ',';
	}
	*out = KORCH_STEAL(selector);
	return 0;
}

/* The fields that nearly all selectors name need no copy. */
static const char *known_value(const korch_object *object, const char *path)
{
	if (strcmp(path, "metadata.name") == 0)
		return korch_object_name(object);
	if (strcmp(path, "metadata.namespace") == 0)
		return korch_object_namespace(object);
	return NULL;
}

static int holds(const term *self, const korch_object *object)
{
	const char *value = known_value(object, self->path);
	_cleanup_free_ char *text = NULL;
	if (!value && korch_object_get_text(&text, object, self->path, NULL) == 0)
		value = text;
	return korch__text_equal(value, self->value) != self->is_not;
}

int korch_field_selector_matches(const korch_field_selector *selector, const korch_object *object)
{
	for (size_t i = 0; selector && i < selector->list.n; i++) {
		if (!holds(&selector->list.items[i], object))
			return 0;
	}
	return 1;
}

const char *korch_field_selector_value(const korch_field_selector *selector, const char *path)
{
	for (size_t i = 0; selector && i < selector->list.n; i++) {
		const term *one = &selector->list.items[i];
		if (!one->is_not && strcmp(one->path, path) == 0)
			return one->value;
	}
	return NULL;
}
