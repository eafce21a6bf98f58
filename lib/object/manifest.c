/*
 * The list of objects that were read. Reading texts is in manifest_text.c, files and folders in
 * manifest_file.c.
 */
#include "object/manifest.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include "object/tree.h"
#include <string.h>

static void set_defaults(korch_manifest_options *options)
{
	if (options->max_objects == 0)
		options->max_objects = 10000000;
	if (options->max_files == 0)
		options->max_files = 100000;
}

int korch_manifest_new(korch_manifest **out, const korch_manifest_options *options,
                       korch_error **err)
{
	if (!out)
		return korch_error_set(err, KORCH_E_INVALID, "no place for the manifest");
	korch_manifest *self = korch__calloc(1, sizeof(*self));
	if (self && options)
		memcpy(&self->options, options,
		       options->size > 0 && options->size < sizeof(*options) ? options->size
		                                                             : sizeof(*options));
	if (self)
		self->namespace_ = korch__strdup(korch__text_or_empty(self->options.namespace_));
	if (!self || !self->namespace_ ||
	    korch_problems_new(&self->problems, self->options.max_problems) < 0) {
		korch_manifest_free(self);
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	}
	self->options.namespace_ = self->namespace_;
	set_defaults(&self->options);
	*out = self;
	return 0;
}

void korch__manifest_item_fini(korch__manifest_item *item)
{
	korch_object_unref(item->object);
	json_object_put(item->tree);
}

void korch_manifest_free(korch_manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->items.n; i++)
		korch__manifest_item_fini(&manifest->items.items[i]);
	for (size_t i = 0; i < manifest->files.n; i++)
		korch__free(manifest->files.items[i]);
	korch__vec_fini(&manifest->items);
	korch__vec_fini(&manifest->files);
	korch_problems_free(manifest->problems);
	korch__free(manifest->namespace_);
	korch__free(manifest);
}

static const korch__manifest_item *item_at(const korch_manifest *manifest, size_t i)
{
	return manifest && i < manifest->items.n ? &manifest->items.items[i] : NULL;
}

size_t korch_manifest_count(const korch_manifest *manifest)
{
	return manifest ? manifest->items.n : 0;
}

const korch_object *korch_manifest_object(const korch_manifest *manifest, size_t i)
{
	const korch__manifest_item *item = item_at(manifest, i);
	return item ? item->object : NULL;
}

int korch_manifest_annotate(korch_manifest *manifest, size_t i, const char *name, const char *value)
{
	if (!item_at(manifest, i) || !name || !value)
		return KORCH_E_INVALID;
	_cleanup_object_ korch_object *next = korch_object_edit(manifest->items.items[i].object);
	korch_object_meta *meta = next ? korch_object_edit_meta(next) : NULL;
	if (!meta || korch_map_set(&meta->annotations, name, value) < 0)
		return KORCH_E_NOMEM;
	korch_object_unref(manifest->items.items[i].object);
	manifest->items.items[i].object = KORCH_STEAL(next);
	return 0;
}

const char *korch_manifest_file(const korch_manifest *manifest, size_t i)
{
	const korch__manifest_item *item = item_at(manifest, i);
	return item ? item->file : NULL;
}

int korch_manifest_line(const korch_manifest *manifest, size_t i)
{
	const korch__manifest_item *item = item_at(manifest, i);
	return item ? item->line : 0;
}

int korch_manifest_line_at(const korch_manifest *manifest, size_t i, const char *path)
{
	const korch__manifest_item *item = item_at(manifest, i);
	int line = item && item->tree ? korch__tree_line_at(item->tree, korch__text_or_empty(path)) : 0;
	return line > 0 ? line : korch_manifest_line(manifest, i);
}

size_t korch_manifest_documents(const korch_manifest *manifest)
{
	return manifest ? manifest->n_documents : 0;
}

size_t korch_manifest_files(const korch_manifest *manifest)
{
	return manifest ? manifest->n_files : 0;
}

const korch_problems *korch_manifest_problems(const korch_manifest *manifest)
{
	return manifest ? manifest->problems : NULL;
}
