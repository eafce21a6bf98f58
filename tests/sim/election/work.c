/*
 * The work: config maps "item-N" with a wish. For each the leader's controller makes an object of a
 * name that nobody knows before, and when it sees that, it notes that the wish is done, who it is
 * and in which term it decided. And what people write, beside the engines and by way of them.
 */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sign(korch_object *object, const process *p)
{
	char term[24];
	korch_fence fence;
	korch_map **data = &((korch_config_map *)object)->data;
	if (!korch_elector_leads(p->elector, &fence))
		broken(p->world, "%s decides, and does not lead", p->name);
	snprintf(term, sizeof(term), "%" PRIu64, fence.revision);
	need(korch_map_set(data, "by", p->name));
	return korch_map_set(data, "term", term);
}

static korch_object *config(const char *name)
{
	korch_object *object = NULL;
	need(korch_object_new(&object, &korch_config_map_kind));
	korch_object_meta *meta = korch_object_edit_meta(object);
	need(korch_string_set(&meta->name, name));
	need(korch_string_set(&meta->namespace_, "default"));
	return object;
}

typedef struct search {
	const char *item, *wish;
} search;

static int is_made(void *userdata, const korch_object *object)
{
	const search *for_ = userdata;
	const korch_map *data = ((const korch_config_map *)object)->data;
	const char *item = korch_map_get(data, "item"), *wish = korch_map_get(data, "for");
	return item && strcmp(item, for_->item) == 0 && strcmp(wish, for_->wish) == 0;
}

static int make(const process *p, const search *for_, korch_plan *plan)
{
	korch_object *object = config("");
	need(korch_string_set(&korch_object_edit_meta(object)->generate_name, "made-"));
	korch_map **data = &((korch_config_map *)object)->data;
	need(korch_map_set(data, "item", for_->item));
	need(korch_map_set(data, "for", for_->wish));
	need(sign(object, p));
	korch_plan_again(plan); /* the item itself does not change by it */
	return korch_plan_create(plan, object);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	(void)err;
	const process *p = userdata;
	const korch_object *object =
	    korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
	const korch_map *data = object ? ((const korch_config_map *)object)->data : NULL;
	const char *wish = korch_map_get(data, "wish"), *done = korch_map_get(data, "done");
	if (!wish || (done && strcmp(wish, done) == 0))
		return 0;
	const search for_ = {korch_object_name(object), wish};
	const korch_view_query all = {.kind = &korch_config_map_kind};
	if (korch_view_each(view, &all, is_made, (void *)&for_) == 0)
		return make(p, &for_, plan);
	korch_object *next = korch_object_edit(object);
	need(korch_map_set(&((korch_config_map *)next)->data, "done", wish));
	need(sign(next, p));
	korch_plan_event(plan, object, "Normal", "Done", "%s did %s", p->name, wish);
	return korch_plan_update(plan, object, next);
}

void work_add(process *p)
{
	const korch_controller_spec spec = {.size = sizeof(spec),
	                                    .name = p->controller,
	                                    .kind = &korch_config_map_kind,
	                                    .reconcile = reconcile,
	                                    .userdata = p};
	need(korch_engine_add(NULL, p->engine, &spec, NULL));
}

static void ignore(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)code;
	(void)result;
}

static void write_one(world *w, const korch_write *write)
{
	need(korch_store_commit(w->net.store, write, 1, ignore, NULL));
}

void work_wish(world *w, int item)
{
	char name[16], wish[16];
	snprintf(name, sizeof(name), "item-%d", item);
	snprintf(wish, sizeof(wish), "%d", ++w->wishes[item]);
	korch_object *object = config(name);
	need(korch_map_set(&((korch_config_map *)object)->data, "wish", wish));
	write_one(w, &(korch_write){.object = object, .expected = KORCH_REVISION_ANY});
}

/* A person's request to one of the processes, which only the leader takes; the last one wins. */
void work_submit(process *p)
{
	korch_plan *plan = NULL;
	if (!korch_engine_is_synced(p->engine) || !korch_elector_leads(p->elector, NULL))
		return;
	const korch_object *there =
	    korch_view_get(korch_engine_view(p->engine), &korch_config_map_kind, "default", "request");
	korch_object *object = config("request");
	char number[24];
	snprintf(number, sizeof(number), "%" PRIu64, below(p->world, 1000000));
	need(korch_map_set(&((korch_config_map *)object)->data, "number", number));
	need(korch_map_set(&((korch_config_map *)object)->data, "by", p->name));
	need(korch_plan_new(&plan));
	korch_object *base = there ? config("request") : NULL; /* of no revision */
	if (base)
		korch_plan_update(plan, base, object);
	else
		korch_plan_create(plan, object);
	korch_object_unref(base);
	korch_engine_submit(p->engine, plan, NULL, NULL, NULL);
}

static const korch_key LEASE = {&korch_lease_kind, "kube-system", "korch-engine"};

void work_remove_lease(world *w)
{
	write_one(
	    w, &(korch_write){.op = KORCH_WRITE_DELETE, .key = LEASE, .expected = KORCH_REVISION_ANY});
}

static void on_lease(void *userdata, int code, const korch_object *object)
{
	world *w = userdata;
	if (code < 0)
		return;
	korch_object *changed = korch_object_edit(object);
	need(korch_map_set(&korch_object_edit_meta(changed)->labels, "by", "hand"));
	write_one(w, &(korch_write){.object = changed, .expected = object->revision});
}

void work_change_lease(world *w)
{
	need(korch_store_get(w->net.store, &LEASE, on_lease, w));
}
