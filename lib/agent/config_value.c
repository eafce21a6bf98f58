/* Content of ConfigMaps and Secrets as bytes by key. */
#include "agent/env.h"
#include "base/text.h"
#include "object/base64.h"
#include <korch/api/core_config.h>
#include <string.h>

static int each_text(const korch_map *map, korch__config_fn fn, void *userdata)
{
	int code = 0;
	for (size_t i = 0; map && i < map->n && code == 0; i++)
		code = fn(userdata, map->items[i].key, map->items[i].value, strlen(map->items[i].value));
	return code;
}

static int each_bytes(const korch_map *map, const korch_map *instead, korch__config_fn fn,
                      void *userdata)
{
	int code = 0;
	for (size_t i = 0; map && i < map->n && code == 0; i++) {
		korch_buf bytes;
		if (korch_map_get(instead, map->items[i].key))
			continue;
		korch__buf_init(&bytes, 0);
		code = korch__base64_decode(&bytes, map->items[i].value);
		code = code == 0 ? bytes.failed : code;
		if (code == 0)
			code = fn(userdata, map->items[i].key, korch__text_or_empty(bytes.data), bytes.len);
		korch__buf_fini(&bytes);
	}
	return code;
}

int korch__config_map_each(const korch_view *view, const char *namespace_, const char *name,
                           korch__config_fn fn, void *userdata)
{
	const korch_config_map *map =
	    (const korch_config_map *)korch_view_get(view, &korch_config_map_kind, namespace_, name);
	if (!map)
		return KORCH_E_NOT_FOUND;
	int code = each_text(map->data, fn, userdata);
	return code == 0 ? each_bytes(map->binary_data, NULL, fn, userdata) : code;
}

int korch__secret_each(const korch_view *view, const char *namespace_, const char *name,
                       korch__config_fn fn, void *userdata)
{
	const korch_secret *secret =
	    (const korch_secret *)korch_view_get(view, &korch_secret_kind, namespace_, name);
	if (!secret)
		return KORCH_E_NOT_FOUND;
	int code = each_bytes(secret->data, secret->string_data, fn, userdata);
	return code == 0 ? each_text(secret->string_data, fn, userdata) : code;
}
