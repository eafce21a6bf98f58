/*
 * A complete operator in about 100 lines: a Website (a custom kind) has a page; the operator keeps
 * a ConfigMap with it that the Website owns, and writes into the Website's status what is served.
 */
#include "website.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* A text at spec.page or status.served of a Website, "" when there is none. Freed by the caller. */
static char *text_at(const korch_object *website, const char *part, const char *field)
{
	json_object *inner = NULL, *value = NULL;
	json_object *tree = json_tokener_parse(website->raw);
	if (json_object_object_get_ex(tree, part, &inner))
		json_object_object_get_ex(inner, field, &value);
	char *text = strdup(value ? json_object_get_string(value) : "");
	json_object_put(tree);
	return text;
}

static int set_page(korch_object *config, const char *page)
{
	return korch_map_set(&((korch_config_map *)config)->data, "index.html", page);
}

static const char *get_page(const korch_object *config)
{
	const char *page = korch_map_get(((const korch_config_map *)config)->data, "index.html");
	return page ? page : "";
}

static int create_config(const korch_object *website, const char *page, korch_plan *plan)
{
	korch_object *config = NULL;
	if (korch_object_new(&config, &korch_config_map_kind) < 0)
		return KORCH_E_NOMEM;
	korch_object_meta *meta = korch_object_edit_meta(config);
	korch_string_share(&meta->name, website->metadata->name);
	korch_string_share(&meta->namespace_, website->metadata->namespace_);
	if (set_page(config, page) < 0 || korch_object_set_controller(config, website) < 0) {
		korch_object_unref(config);
		return KORCH_E_NOMEM;
	}
	korch_plan_event(plan, website, "Normal", "Created", "Created ConfigMap %s", meta->name);
	return korch_plan_create(plan, config);
}

static int update_config(const korch_object *config, const char *page, korch_plan *plan)
{
	korch_object *fresh = korch_object_edit(config);
	if (!fresh || set_page(fresh, page) < 0) {
		korch_object_unref(fresh);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(plan, config, fresh);
}

static int update_status(const korch_object *website, const char *page, korch_plan *plan)
{
	json_object *tree = json_tokener_parse(website->raw);
	json_object *status = json_object_new_object();
	json_object_object_add(status, "served", json_object_new_string(page));
	json_object_object_add(tree, "status", status);
	korch_object *fresh = korch_object_edit(website);
	int code = fresh
	               ? korch_string_set(&fresh->raw,
	                                  json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN))
	               : KORCH_E_NOMEM;
	json_object_put(tree);
	if (code < 0) {
		korch_object_unref(fresh);
		return code;
	}
	return korch_plan_update_status(plan, website, fresh);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_key *key = &request->key;
	const korch_object *website = korch_view_get(view, key->kind, key->namespace_, key->name);
	if (!website || website->metadata->deletion_timestamp)
		return 0; /* what it owns goes with it */
	char *page = text_at(website, "spec", "page");
	char *served = text_at(website, "status", "served");
	const korch_object *config =
	    korch_view_get(view, &korch_config_map_kind, key->namespace_, key->name);
	int code = 0;
	if (!config)
		code = create_config(website, page, plan);
	else if (strcmp(get_page(config), page) != 0)
		code = update_config(config, page, plan);
	else if (strcmp(served, page) != 0)
		code = update_status(website, page, plan);
	free(page);
	free(served);
	return code;
}

int website_add(korch_engine *engine, const korch_kind *kind)
{
	const korch_controller_watch watches[] = {{.kind = &korch_config_map_kind}};
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "website",
	    .kind = kind,
	    .watches = watches,
	    .n_watches = 1,
	    .reconcile = reconcile,
	};
	return korch_engine_add(NULL, engine, &spec, NULL);
}
