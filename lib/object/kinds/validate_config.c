/* Rules of ConfigMaps and Secrets. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include <korch/api/core_config.h>
#include <string.h>

enum { SIZE_LIMIT = 1024 * 1024 };

/* Bytes of all values; base64 counts as what it stands for. */
static size_t size_of(const korch_map *map, int is_base64)
{
	size_t size = 0;
	for (size_t i = 0; map && i < map->n; i++) {
		size_t n = strlen(korch__text_or_empty(map->items[i].value));
		size += is_base64 ? n / 4 * 3 : n;
	}
	return size;
}

void korch__config_map_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_config_map *map = self;
	for (size_t i = 0; map->data && i < map->data->n; i++) {
		const char *key = map->data->items[i].key;
		if (korch_map_get(map->binary_data, key))
			korch__problem_field(problems, path, AT("data[%.200s]", key), KORCH_PROBLEM_INVALID,
			                     "\"%s\": duplicate of key present in binaryData", key);
	}
	if (size_of(map->data, 0) + size_of(map->binary_data, 1) > SIZE_LIMIT)
		korch__problem(problems, path, KORCH_PROBLEM_TOO_LONG, "may not be more than %d bytes",
		               SIZE_LIMIT);
}

/* Keys that a Secret of a type must have; of a row's keys one is enough. */
static const struct {
	const char *type;
	const char *keys[2];
} wanted[] = {
    {"kubernetes.io/dockercfg", {".dockercfg"}},
    {"kubernetes.io/dockerconfigjson", {".dockerconfigjson"}},
    {"kubernetes.io/basic-auth", {"username", "password"}},
    {"kubernetes.io/ssh-auth", {"ssh-privatekey"}},
    {"kubernetes.io/tls", {"tls.crt"}},
    {"kubernetes.io/tls", {"tls.key"}},
};

static int has_key(const korch_secret *secret, const char *key)
{
	return key && (korch_map_get(secret->data, key) || korch_map_get(secret->string_data, key));
}

void korch__secret_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_secret *secret = self;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (korch__text_equal(secret->type, wanted[i].type) &&
		    !has_key(secret, wanted[i].keys[0]) && !has_key(secret, wanted[i].keys[1]))
			korch__problem_field(problems, path, AT("data[%s]", wanted[i].keys[0]),
			                     KORCH_PROBLEM_REQUIRED, "%s", "");
	}
	if (size_of(secret->data, 1) + size_of(secret->string_data, 0) > SIZE_LIMIT)
		korch__problem_field(problems, path, "data", KORCH_PROBLEM_TOO_LONG,
		                     "may not be more than %d bytes", SIZE_LIMIT);
}

typedef struct content {
	int immutable;
	const korch_map *data;
	const korch_map *other; /* binaryData */
} content;

/* What is immutable stays so and as it is. */
static void check_immutable(content now, content before, korch_problems *problems)
{
	static const char *const sentence = "field is immutable when `immutable` is set";
	if (!before.immutable)
		return;
	if (!now.immutable)
		korch__problem(problems, "immutable", KORCH_PROBLEM_FORBIDDEN, "%s", sentence);
	if (!korch_map_equal(now.data, before.data))
		korch__problem(problems, "data", KORCH_PROBLEM_FORBIDDEN, "%s", sentence);
	if (!korch_map_equal(now.other, before.other))
		korch__problem(problems, "binaryData", KORCH_PROBLEM_FORBIDDEN, "%s", sentence);
}

void korch__config_map_validate_update(const void *self, const void *old_self, const char *path,
                                       korch_problems *problems)
{
	const korch_config_map *map = self, *old = old_self;
	check_immutable((content){map->immutable, map->data, map->binary_data},
	                (content){old->immutable, old->data, old->binary_data}, problems);
}

void korch__secret_validate_update(const void *self, const void *old_self, const char *path,
                                   korch_problems *problems)
{
	const korch_secret *secret = self, *old = old_self;
	check_immutable((content){secret->immutable, secret->data, NULL},
	                (content){old->immutable, old->data, NULL}, problems);
}
