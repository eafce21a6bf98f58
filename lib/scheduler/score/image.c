/* ImageLocality: kube-scheduler's rule. An image counts by its size, the less the fewer nodes have
 * it. */
#include "scheduler/score/image.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

#define MIB ((int64_t)1024 * 1024)
#define LEAST (23 * MIB)
#define MOST_PER_CONTAINER (1000 * MIB)

/* Most images of a node that are looked at (a node reports the 50 largest by default). */
#define IMAGES_MAX 1024
#define NAMES_MAX 16
#define NAME_SIZE 512

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int image_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_image *)entry)->name, key) == 0;
}
static uint64_t image_hash(const void *entry)
{
	return korch__hash_string(((const sched_image *)entry)->name);
}
static const korch_table_ops image_ops = {
    .hash = hash_text, .equal = image_equal, .entry_hash = image_hash};

void korch__images_init(korch_scheduler *s)
{
	korch__table_init(&s->image_table, &image_ops);
}

/* Frees it when nobody has it. */
static void settle(korch_scheduler *s, sched_image *image)
{
	if (image->n_nodes > 0 || image->n_kept > 0)
		return;
	korch__table_remove(&s->image_table, image->name);
	korch__free(image->name);
	korch__free(image);
}

void korch__images_free(korch_scheduler *s)
{
	sched_image *image;
	for (size_t at = 0; (image = korch__table_next(&s->image_table, &at));) {
		korch__free(image->name);
		korch__free(image);
	}
	korch__table_fini(&s->image_table);
}

static int has(const sched_slot *slot, const sched_image *image)
{
	for (size_t i = 0; i < slot->images.n; i++) {
		if (slot->images.items[i] == image)
			return 1;
	}
	return 0;
}

static int add(korch_scheduler *s, sched_slot *slot, const char *name, int64_t size)
{
	sched_image *image = korch__table_get(&s->image_table, name);
	if (korch__vec_reserve(&slot->images, 1) < 0)
		return KORCH_E_NOMEM;
	if (!image) {
		image = korch__calloc(1, sizeof(*image));
		if (!image)
			return KORCH_E_NOMEM;
		image->name = korch__strdup(name);
		if (!image->name || korch__table_put(&s->image_table, image) < 0) {
			korch__free(image->name);
			korch__free(image);
			return KORCH_E_NOMEM;
		}
	}
	if (has(slot, image))
		return 0;
	image->size = size;
	image->n_nodes++;
	slot->images.items[slot->images.n++] = image;
	return 0;
}

static void clear(korch_scheduler *s, sched_slot *slot)
{
	while (slot->images.n > 0) {
		sched_image *image = slot->images.items[--slot->images.n];
		image->n_nodes--;
		settle(s, image);
	}
}

int korch__images_set(korch_scheduler *s, sched_slot *slot, const korch_node *node)
{
	const korch_node_status *status = node ? node->status : NULL;
	size_t n = status ? status->n_images : 0;
	if (n == 0 && slot->images.n == 0)
		return 0;
	clear(s, slot);
	s->image_generation++;
	for (size_t i = 0; i < n && i < IMAGES_MAX; i++) {
		const korch_container_image *image = &status->images[i];
		for (size_t k = 0; k < image->n_names && k < NAMES_MAX; k++) {
			if (add(s, slot, korch__text_or_empty(image->names[k]), image->size_bytes) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int keep(sched_kept_images *out, sched_image *image, int is_there)
{
	sched_kept_image one = {.image = image, .size = image->size, .is_there = is_there};
	if (korch__vec_push(out, one) < 0)
		return KORCH_E_NOMEM;
	image->n_kept++;
	return 0;
}

int korch__images_keep(korch_scheduler *s, const sched_slot *slot, const korch_node *node,
                       sched_kept_images *out)
{
	const korch_node_status *status = node ? node->status : NULL;
	int code = 0;
	for (size_t i = 0; code == 0 && i < slot->images.n; i++)
		code = keep(out, slot->images.items[i], 1);
	for (size_t i = 0; code == 0 && status && i < status->n_images && i < IMAGES_MAX; i++) {
		const korch_container_image *image = &status->images[i];
		for (size_t k = 0; code == 0 && k < image->n_names && k < NAMES_MAX; k++) {
			sched_image *known =
			    korch__table_get(&s->image_table, korch__text_or_empty(image->names[k]));
			if (known && !has(slot, known))
				code = keep(out, known, 0);
		}
	}
	if (code < 0)
		korch__images_let_go(s, out);
	return code;
}

void korch__images_put_back(korch_scheduler *s, sched_slot *slot, sched_kept_images *kept)
{
	if (kept->n > 0 || slot->images.n > 0)
		s->image_generation++;
	clear(s, slot);
	for (size_t i = 0; i < kept->n; i++) {
		sched_kept_image *one = &kept->items[i];
		one->image->size = one->size;
		if (!one->is_there)
			continue;
		one->image->n_nodes++;
		slot->images.items[slot->images.n++] = one->image; /* as many had room there before */
	}
	korch__images_let_go(s, kept);
}

void korch__images_let_go(korch_scheduler *s, sched_kept_images *kept)
{
	for (size_t i = 0; i < kept->n; i++) {
		kept->items[i].image->n_kept--;
		settle(s, kept->items[i].image);
	}
	korch__vec_fini(kept);
}

/* An image without a tag is the one with the tag "latest". */
static const sched_image *find(const korch_scheduler *s, const char *name)
{
	const char *colon = strrchr(name, ':'), *slash = strrchr(name, '/');
	if (colon && (!slash || colon > slash))
		return korch__table_get(&s->image_table, name);
	char full[NAME_SIZE];
	if (snprintf(full, sizeof(full), "%s:latest", name) >= (int)sizeof(full))
		return NULL;
	return korch__table_get(&s->image_table, full);
}

int korch__image_counts(const korch_scheduler *s, const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_containers; i++) {
		if (find(s, korch__text_or_empty(spec->containers[i].image)))
			return 1;
	}
	for (size_t i = 0; i < spec->n_init_containers; i++) {
		if (find(s, korch__text_or_empty(spec->init_containers[i].image)))
			return 1;
	}
	return 0;
}

static int64_t sum_of(const korch_scheduler *s, const sched_slot *slot,
                      const korch_container *containers, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		const sched_image *image = find(s, korch__text_or_empty(containers[i].image));
		if (!image || !has(slot, image))
			continue;
		double spread = (double)image->n_nodes / (double)s->n_nodes;
		sum += (int64_t)((double)image->size * spread);
	}
	return sum;
}

int64_t korch__image_score(const korch_scheduler *s, const korch_pod_spec *spec,
                           const sched_slot *slot)
{
	size_t n = spec->n_containers + spec->n_init_containers;
	if (slot->images.n == 0 || n == 0)
		return 0;
	int64_t most = MOST_PER_CONTAINER * (int64_t)n;
	int64_t sum = sum_of(s, slot, spec->containers, spec->n_containers) +
	              sum_of(s, slot, spec->init_containers, spec->n_init_containers);
	sum = sum < LEAST ? LEAST : sum > most ? most : sum;
	return 100 * (sum - LEAST) / (most - LEAST);
}
