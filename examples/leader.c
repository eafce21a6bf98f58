/*
 * leader ETCD-URL: a controller of which several may run; one acts. Each ConfigMap with the label
 * "sign" gets data.signed-by, the name of the process that leads. Start it two or three times, end
 * the one that leads by Ctrl-C (the next one leads at once) or by kill -9 (it leads when the lease
 * has run out). See docs/election.md.
 */
#include <korch/api.h>
#include <korch/engine.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t is_ending;
static korch_loop *loop;
static korch_elector *elector;

static void on_signal(int number)
{
	(void)number;
	is_ending = 1;
	korch_loop_wake(loop);
}

static int fail(korch_error *error)
{
	char *text = korch_error_format(error);
	fprintf(stderr, "leader: %s\n", text ? text : "failed");
	free(text);
	korch_error_free(error);
	return 1;
}

static void on_elected(void *userdata, uint64_t term)
{
	printf("%s leads, term %llu\n", korch_elector_identity(elector), (unsigned long long)term);
	fflush(stdout);
}

static void on_deposed(void *userdata, const char *why)
{
	printf("leads no more: %s\n", why);
	fflush(stdout);
}

static void on_followed(void *userdata, const char *leader)
{
	printf("%s leads\n", leader);
	fflush(stdout);
}

/* Called while this process leads; the engine adds the fence to the transaction. */
static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_config_map_kind, request->key.namespace_, request->key.name);
	const korch_map *labels = object && object->metadata ? object->metadata->labels : NULL;
	if (!korch_map_get(labels, "sign") ||
	    korch_map_get(((const korch_config_map *)object)->data, "signed-by"))
		return 0;
	korch_object *next = korch_object_edit(object);
	if (!next || korch_map_set(&((korch_config_map *)next)->data, "signed-by",
	                           korch_elector_identity(elector)) < 0) {
		korch_object_unref(next);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return korch_plan_update(plan, object, next);
}

static void on_resigned(void *userdata, int code)
{
	*(int *)userdata = 1;
}

static int open_all(korch_store **store, korch_engine **engine, const char *url, korch_error **err)
{
	const korch_store_etcd_options etcd = {.size = sizeof(etcd), .url = url};
	const korch_controller_spec signer = {.size = sizeof(signer),
	                                      .name = "signer",
	                                      .kind = &korch_config_map_kind,
	                                      .reconcile = reconcile};
	int code = korch_store_etcd_new(store, loop, &etcd, err);
	if (code < 0)
		return code;
	const korch_elector_options candidate = {.size = sizeof(candidate),
	                                         .loop = loop,
	                                         .store = *store,
	                                         .name = "signer",
	                                         .elected = on_elected,
	                                         .deposed = on_deposed,
	                                         .followed = on_followed};
	code = korch_elector_new(&elector, &candidate, err);
	if (code < 0)
		return code;
	const korch_engine_options options = {
	    .size = sizeof(options), .loop = loop, .store = *store, .elector = elector};
	code = korch_engine_new(engine, &options, err);
	if (code == 0)
		code = korch_engine_add(NULL, *engine, &signer, err);
	return code < 0 ? code : korch_engine_start(*engine, err);
}

int main(int argc, char **argv)
{
	korch_error *error = NULL;
	korch_store *store = NULL;
	korch_engine *engine = NULL;
	int is_resigned = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: leader etcd://HOST:PORT[/PREFIX]\n");
		return 2;
	}
	if (korch_loop_new(&loop, &error) < 0 || open_all(&store, &engine, argv[1], &error) < 0)
		return fail(error);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!is_ending)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	/* The engine stops first; then the others may lead. */
	korch_engine_free(engine);
	korch_elector_resign(elector, on_resigned, &is_resigned);
	while (!is_resigned)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	korch_elector_free(elector);
	korch_store_free(store);
	korch_loop_free(loop);
	return 0;
}
