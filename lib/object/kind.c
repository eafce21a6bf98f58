/*
 * The registry of kinds: the built-in table, and kinds that became known by being asked for. Names
 * and scope only; what a kind's objects hold stands in the tables of kinds/.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "base/vec.h"
#include "object/kinds/builtin.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_GROUP = 253, MAX_VERSION = 63, MAX_NAME = 63 };

typedef struct known_kind {
	korch_kind kind;
	char text[]; /* all names, one behind the other */
} known_kind;

typedef struct kind_id {
	const char *api_version;
	const char *name;
} kind_id;

static uint64_t id_hash(const void *key)
{
	const kind_id *id = key;
	return korch__hash_string(id->api_version) * 31 + korch__hash_string(id->name);
}

static int id_equal(const void *entry, const void *key)
{
	const korch_kind *kind = entry;
	const kind_id *id = key;
	return strcmp(kind->api_version, id->api_version) == 0 && strcmp(kind->name, id->name) == 0;
}

static uint64_t kind_hash(const void *entry)
{
	const korch_kind *kind = entry;
	return id_hash(&(kind_id){kind->api_version, kind->name});
}

static const korch_table_ops kind_ops = {id_hash, id_equal, kind_hash};

/* Everything below is guarded by the lock. Known kinds stay until the process ends. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static korch_table known_table;
static KORCH_VEC(korch_kind *) known;

static int compare_builtin(const void *key, const void *element)
{
	const kind_id *id = key;
	const korch_kind *kind = *(const korch_kind *const *)element;
	int order = strcmp(id->api_version, kind->api_version);
	return order ? order : strcmp(id->name, kind->name);
}

static const korch_kind *find_builtin(const char *api_version, const char *name)
{
	const korch_kind *const *found =
	    bsearch(&(kind_id){api_version, name}, korch__builtin_kinds, korch__n_builtin_kinds,
	            sizeof(korch__builtin_kinds[0]), compare_builtin);
	return found ? *found : NULL;
}

static int is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters, digits and the characters of `inner` (these not at either end). */
static int is_word(const char *text, size_t n, size_t max, const char *inner)
{
	if (n == 0 || n > max || !is_alnum(text[0]) || !is_alnum(text[n - 1]))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_alnum(text[i]) && !strchr(inner, text[i]))
			return 0;
	}
	return 1;
}

static int check_names(const char *api_version, const char *name, korch_error **err)
{
	const char *slash = strchr(api_version, '/');
	const char *version = slash ? slash + 1 : api_version;
	int good = is_word(version, strlen(version), MAX_VERSION, "-") &&
	           (!slash || is_word(api_version, (size_t)(slash - api_version), MAX_GROUP, "-."));
	if (!good)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "apiVersion \"%.300s\" must be VERSION or GROUP/VERSION",
		                       api_version);
	if (!is_word(name, strlen(name), MAX_NAME, "-"))
		return korch_error_set(err, KORCH_E_INVALID, "kind \"%.100s\" is not a name", name);
	return 0;
}

/*
 * The English plural of a lower-case word, written to `out` (room for two more characters and the
 * NUL).
 */
static void make_plural(char *out, const char *singular)
{
	size_t n = strlen(singular);
	char last = singular[n - 1];
	char before = n > 1 ? singular[n - 2] : ' ';
	memcpy(out, singular, n + 1);
	if (last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's')))
		memcpy(out + n, "es", 3);
	else if (last == 'y' && n > 1 && !strchr("aeiou", before))
		memcpy(out + n - 1, "ies", 4);
	else
		memcpy(out + n, "s", 2);
}

/* Appends a copy of n bytes at *at and moves it on. */
static char *put_text(char **at, const char *text, size_t n)
{
	char *start = *at;
	memcpy(start, text, n);
	start[n] = '\0';
	*at = start + n + 1;
	return start;
}

static known_kind *make_kind(const char *api_version, const char *name)
{
	size_t api_n = strlen(api_version);
	size_t n = strlen(name);
	known_kind *made = korch__calloc(1, sizeof(*made) + 2 * (api_n + 1) + 1 + 3 * (n + 1) + 3);
	if (!made)
		return NULL;
	char *at = made->text;
	const char *slash = strchr(api_version, '/');
	korch_kind *kind = &made->kind;
	kind->api_version = put_text(&at, api_version, api_n);
	kind->group = put_text(&at, api_version, slash ? (size_t)(slash - api_version) : 0);
	kind->version = slash ? kind->api_version + (slash - api_version) + 1 : kind->api_version;
	kind->name = put_text(&at, name, n);
	char *singular = put_text(&at, name, n);
	for (char *c = singular; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	kind->singular = singular;
	make_plural(at, singular);
	kind->plural = at;
	kind->short_names = "";
	kind->namespaced = 1;
	return made;
}

/* Adds a kind while the lock is held. */
static int add_known(const korch_kind **out, const char *api_version, const char *name,
                     korch_error **err)
{
	if (!known_table.ops)
		korch__table_init(&known_table, &kind_ops);
	korch_kind *found = korch__table_get(&known_table, &(kind_id){api_version, name});
	if (found) {
		*out = found;
		return 0;
	}
	if (known.n >= KORCH_KINDS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "more than %d kinds beside the built-in ones",
		                       KORCH_KINDS_MAX);
	_cleanup_free_ known_kind *made = make_kind(api_version, name);
	if (!made || korch__vec_reserve(&known, 1) < 0 ||
	    korch__table_put(&known_table, &made->kind) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for kind %s", name);
	*out = known.items[known.n++] = &KORCH_STEAL(made)->kind;
	return 0;
}

int korch_kind_get(const korch_kind **out, const char *api_version, const char *name,
                   korch_error **err)
{
	if (!out || !api_version || !name)
		return korch_error_set(err, KORCH_E_INVALID, "apiVersion and kind are needed");
	const korch_kind *builtin = find_builtin(api_version, name);
	if (builtin) {
		*out = builtin;
		return 0;
	}
	int result = check_names(api_version, name, err);
	if (result < 0)
		return result;
	pthread_mutex_lock(&lock);
	result = add_known(out, api_version, name, err);
	pthread_mutex_unlock(&lock);
	return result;
}

const korch_kind *korch_kind_at(size_t i)
{
	if (i < korch__n_builtin_kinds)
		return korch__builtin_kinds[i];
	i -= korch__n_builtin_kinds;
	pthread_mutex_lock(&lock);
	const korch_kind *kind = i < known.n ? known.items[i] : NULL;
	pthread_mutex_unlock(&lock);
	return kind;
}

/*
 * How good a version is: stable before beta before alpha, the higher number, the core group; an
 * old group comes last.
 */
static int preference(const korch_kind *kind)
{
	const char *version = kind->version;
	int number = version[0] == 'v' ? atoi(version + 1) : 0;
	int stability = strstr(version, "alpha") ? 0 : strstr(version, "beta") ? 1 : 2;
	if (strcmp(kind->group, "extensions") == 0)
		return number;
	return (stability + 1) * 1000 + (number < 99 ? number : 99) * 2 + !kind->group[0];
}

/* Whether the first n bytes of text name the kind, in any case. */
static int is_called(const korch_kind *kind, const char *text, size_t n)
{
	const char *names[] = {kind->name, kind->plural, kind->singular};
	for (size_t i = 0; i < KORCH_COUNT(names); i++) {
		if (strlen(names[i]) == n && strncasecmp(names[i], text, n) == 0)
			return 1;
	}
	for (const char *at = kind->short_names; *at;) {
		size_t length = strcspn(at, ",");
		if (length == n && strncasecmp(at, text, n) == 0)
			return 1;
		at += length + (at[length] == ',');
	}
	return 0;
}

/* "group", "version.group" or "version" behind the first dot of "deployments.v1.apps". */
static int is_of(const korch_kind *kind, const char *where)
{
	if (strcasecmp(where, kind->group) == 0)
		return 1;
	size_t n = strlen(kind->version);
	if (strncasecmp(where, kind->version, n) != 0)
		return 0;
	const char *group = where[n] == '.' ? where + n + 1 : where + n;
	return (where[n] == '.' || where[n] == '\0') && strcasecmp(group, kind->group) == 0;
}

const korch_kind *korch_kind_find(const char *text)
{
	if (!text || !*text)
		return NULL;
	const char *dot = strchr(text, '.');
	size_t n = dot ? (size_t)(dot - text) : strlen(text);
	const korch_kind *best = NULL, *kind;
	for (size_t i = 0; (kind = korch_kind_at(i)); i++) {
		if (!is_called(kind, text, n) || (dot && !is_of(kind, dot + 1)))
			continue;
		if (!best || preference(kind) > preference(best))
			best = kind;
	}
	return best;
}
