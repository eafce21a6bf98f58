/*
 * What the cache costs: bench-cache [PODS]. Prints puts and changes a second, and bytes a pod over
 * all indexes (each pod has a uid, an owner and a node).
 */
#include <korch/api.h>
#include <korch/view.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PODS_A_NODE = 100, PODS_A_SET = 1000 };

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static size_t heap(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static void check(int code)
{
	if (code < 0) {
		fprintf(stderr, "bench-cache: %s\n", korch_code_text(code));
		exit(EXIT_FAILURE);
	}
}

static void set_text(const char **slot, const char *format, size_t i)
{
	char text[80];
	snprintf(text, sizeof(text), format, i);
	check(korch_string_set(slot, text));
}

static korch_object *make_pod(size_t i)
{
	korch_object *object = NULL;
	check(korch_object_new(&object, &korch_pod_kind));
	korch_object_meta *meta = korch_object_edit_meta(object);
	set_text(&meta->name, "web-%zu", i * 7919 % 1000003);
	set_text(&meta->namespace_, "shop", 0);
	set_text(&meta->uid, "00000000-0000-4000-8000-%012zu", i);
	korch_owner_reference *owner = korch_list_edit(
	    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, 1);
	set_text(&owner->uid, "00000000-0000-4000-9000-%012zu", i / PODS_A_SET);
	KORCH_SET(owner, korch_owner_reference, controller, 1);
	return object;
}

static korch_object *bind_pod(const korch_object *pod, size_t i)
{
	korch_object *bound = korch_object_edit(pod);
	korch_pod_spec *spec = korch_struct_edit(&((korch_pod *)bound)->spec, &korch_pod_spec_type);
	set_text(&spec->node_name, "node-%zu", i / PODS_A_NODE);
	return bound;
}

static void put_all(korch_cache *cache, korch_object **pods, size_t n, const char *what)
{
	double since = now();
	for (size_t i = 0; i < n; i++)
		check(korch_cache_put(cache, pods[i]));
	double seconds = now() - since;
	printf("%-24s %10zu in %7.3f s: %10.0f/s\n", what, n, seconds, (double)n / seconds);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	korch_object **pods = calloc(n, sizeof(*pods)), **bound = calloc(n, sizeof(*pods));
	korch_cache *cache = NULL;
	check(korch_cache_new(&cache, NULL));
	for (size_t i = 0; i < n; i++) {
		pods[i] = make_pod(i);
		bound[i] = bind_pod(pods[i], i);
	}
	size_t before = heap();
	put_all(cache, pods, n, "pods added");
	put_all(cache, bound, n, "pods bound to nodes");
	printf("%-24s %10.1f bytes\n", "a pod in all indexes", (double)(heap() - before) / (double)n);
	for (size_t i = 0; i < n; i++) {
		korch_object_unref(pods[i]);
		korch_object_unref(bound[i]);
	}
	korch_cache_free(cache);
	free(pods);
	free(bound);
	return EXIT_SUCCESS;
}
