/*
 * Manifests: files, folders and texts of YAML or JSON as lists of objects. What YAML is read how
 * stands in docs/yaml.md, single objects in codec.h.
 */
#ifndef KORCH_MANIFEST_H
#define KORCH_MANIFEST_H

#include <korch/object.h>
#include <korch/problems.h>

KORCH_BEGIN_DECLS

/** @file manifest.h Reading manifests. */

/** Objects that were read, in order, each with its file and line; one thread at a time. */
typedef struct korch_manifest korch_manifest;

/** How to read. A zeroed struct means the defaults. */
typedef struct korch_manifest_options {
	size_t size;       /**< sizeof(korch_manifest_options), or 0 */
	int32_t strict;    /**< 1: unknown fields and duplicate keys are errors, otherwise warnings */
	int32_t recursive; /**< 1: folders are read with their sub-folders */
	/** namespace of namespaced objects that name none; NULL or "": left without; copied */
	const char *namespace_;
	size_t max_bytes; /**< longest text, in bytes; 0: 128 MiB; at most 1 GiB */
	/** values in one text, aliases counted as what they stand for; 0: 10,000,000 */
	size_t max_nodes;
	size_t max_alias_nodes; /**< values that aliases stand for in one text; 0: 1,000,000 */
	size_t max_documents;   /**< documents in one text; 0: 1,000,000 */
	size_t max_objects;     /**< objects in the whole manifest; 0: 10,000,000 */
	size_t max_files;       /**< files in one folder; 0: 100,000 */
	/** problems that are kept (all are counted); 0: KORCH_PROBLEMS_DEFAULT_MAX */
	size_t max_problems;
	int32_t max_depth; /**< mappings and lists within each other; 0: 512; at most 2000 */
	int32_t validate;  /**< 1: each object is also checked as it would be with its defaults */
	/** with validate: further rules (strategy/check.h), for objects with their defaults; problems
	 * get the lines of their paths. 0 or KORCH_E_NOMEM. NULL: none */
	int (*check)(void *userdata, const korch_object *object, korch_problems *problems);
	void *userdata; /**< for check; outlives the manifest */
	/** 1: korch_manifest_line_at() knows the lines within objects, for about the memory of the
	 * texts once more */
	int32_t keep_lines;
} korch_manifest_options;

/**
 * An empty manifest. @param options copied; NULL for the defaults. @return 0 or KORCH_E_NOMEM. The
 * caller owns *out. @since 0.1
 */
KORCH_API int korch_manifest_new(korch_manifest **out, const korch_manifest_options *options,
                                 korch_error **err);
/** Frees it and lets its objects go. NULL is fine. @since 0.1 */
KORCH_API void korch_manifest_free(korch_manifest *manifest);

/**
 * Reads a text and adds its objects. Lists (`List`, `PodList` and so on) give their items, empty
 * documents nothing. All documents are read and all problems collected before it returns; when
 * there is one error, no object of the text is added.
 * @param text,length YAML or JSON; need not be terminated.
 * @param file name for messages; NULL is fine.
 * @return 0; KORCH_E_PARSE (it cannot be read), KORCH_E_INVALID (an object is wrong),
 * KORCH_E_LIMIT, KORCH_E_NOMEM; err tells the first error with file, line and path,
 * korch_manifest_problems() all. @since 0.1
 */
KORCH_API int korch_manifest_read_text(korch_manifest *manifest, const char *text, size_t length,
                                       const char *file, korch_error **err);
/**
 * Reads a descriptor (standard input, a pipe) to its end, as korch_manifest_read_text() does; it
 * stays open. Blocks. Also KORCH_E_IO. @since 0.1
 */
KORCH_API int korch_manifest_read_fd(korch_manifest *manifest, int fd, const char *file,
                                     korch_error **err);
/**
 * Reads a file of any name, as korch_manifest_read_text() does; the path is its name in messages.
 * Also KORCH_E_NOT_FOUND, KORCH_E_FORBIDDEN, KORCH_E_IO. @since 0.1
 */
KORCH_API int korch_manifest_read_file(korch_manifest *manifest, const char *path,
                                       korch_error **err);
/**
 * Reads the files of a folder whose names end in .yaml, .yml or .json, in byte order of their
 * names; hidden ones are left out. All are read, also behind one with errors; those without errors
 * are added.
 * @return 0 or the code of the first file that failed. @since 0.1
 */
KORCH_API int korch_manifest_read_folder(korch_manifest *manifest, const char *path,
                                         korch_error **err);
/** Reads a file or a folder, whichever the path is. @since 0.1 */
KORCH_API int korch_manifest_read_path(korch_manifest *manifest, const char *path,
                                       korch_error **err);

/** How many objects there are. @since 0.1 */
KORCH_API size_t korch_manifest_count(const korch_manifest *manifest);
/** The i-th object, NULL behind the last. Borrowed. @since 0.1 */
KORCH_API const korch_object *korch_manifest_object(const korch_manifest *manifest, size_t i);
/** Sets an annotation of the i-th object, as if the manifest said so. @return 0, KORCH_E_INVALID
 * (no such object), KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_manifest_annotate(korch_manifest *manifest, size_t i, const char *name,
                                      const char *value);
/** Name of the file that the i-th object came from, or NULL. Borrowed. @since 0.1 */
KORCH_API const char *korch_manifest_file(const korch_manifest *manifest, size_t i);
/** Line where the i-th object begins, from 1; 0 behind the last. @since 0.1 */
KORCH_API int korch_manifest_line(const korch_manifest *manifest, size_t i);
/**
 * Line of a field of the i-th object.
 * @param path as in problems ("spec.containers[0].image"), followed as far as the text goes; NULL
 * or "": the object itself.
 * @return from 1; korch_manifest_line() when the manifest keeps no lines (options.keep_lines).
 * @since 0.1
 */
KORCH_API int korch_manifest_line_at(const korch_manifest *manifest, size_t i, const char *path);
/** How many documents were read in all, empty ones included. @since 0.1 */
KORCH_API size_t korch_manifest_documents(const korch_manifest *manifest);
/** How many texts and files were read, with or without success. @since 0.1 */
KORCH_API size_t korch_manifest_files(const korch_manifest *manifest);
/** Errors and warnings of everything read so far. Borrowed. @since 0.1 */
KORCH_API const korch_problems *korch_manifest_problems(const korch_manifest *manifest);

KORCH_END_DECLS

#endif
