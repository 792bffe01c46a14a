// Photographs of a form: taken or chosen, scaled down, seen before they go.
import { useEffect, useState } from 'preact/hooks';
import { T } from './texts.js';
import { Badge, Button, store } from './parts.jsx';

/** The photographs that wait or went, or an empty list until the phone has read them. */
export function usePhotos() {
    const [rows, setRows] = useState([]);
    useEffect(() => {
        let stop;
        let gone = false;
        store().then(({ watchPhotos }) => {
            if (!gone) stop = watchPhotos(setRows);
        });
        return () => {
            gone = true;
            stop?.();
        };
    }, []);
    return rows;
}

const shown = ({ id, blob }) => ({ id, url: URL.createObjectURL(blob) });

/**
 * Photographs of one question. They are on the phone's disk as soon as they are seen: a phone with little memory ends the
 * browser while the camera is open. Whoever hands the form over calls `movePhotos(draft, …)`; `onBusy` says when not to.
 */
export function PhotoField({ field, draft, onBusy }) {
    const [photos, setPhotos] = useState([]);
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState('');
    useEffect(() => {
        store()
            .then(({ draftPhotos }) => draftPhotos(draft))
            .then((found) => setPhotos(found.map(shown)));
    }, [draft]);
    const set = (value) => {
        setBusy(value);
        onBusy(value);
    };
    const add = async ({ target }) => {
        const files = [...target.files];
        target.value = '';
        set(true);
        setProblem('');
        const { scaled, keepPhoto, MOST } = await store();
        const added = [];
        for (const file of files.slice(0, MOST - photos.length)) {
            try {
                const blob = await scaled(file);
                added.push(shown({ id: await keepPhoto(draft, blob), blob }));
            } catch (error) {
                setProblem(error.name === 'QuotaExceededError' ? T.photo.full : T.photo.unreadable);
            }
        }
        if (photos.length + files.length > MOST) setProblem(T.photo.most(MOST));
        setPhotos([...photos, ...added]);
        set(false);
    };
    const remove = async (gone) => {
        await (await store()).dropPhoto(gone.id);
        URL.revokeObjectURL(gone.url);
        setPhotos((now) => now.filter((one) => one !== gone));
    };
    return (
        <section class="card photos" aria-label={field.label}>
            {photos.map((one, at) => (
                <figure key={one.url}>
                    <img src={one.url} alt={T.photo.alt(at + 1)} />
                    <Button kind="small second" onClick={() => remove(one)}>
                        {T.photo.remove(at + 1)}
                    </Button>
                </figure>
            ))}
            <label class="button second take">
                <span>{busy ? T.photo.busy : photos.length > 0 ? T.photo.more : T.photo.add}</span>
                <small>{field.label}</small>
                <input type="file" accept="image/*" multiple disabled={busy} onChange={add} />
            </label>
            {problem && (
                <p class="problem" role="alert">
                    {problem}
                </p>
            )}
            {photos.length > 0 && <p class="quiet">{T.photo.hint}</p>}
        </section>
    );
}

/** What became of the photographs of a report. */
export function PhotoState({ photos, sent }) {
    if (photos.length === 0) return null;
    const count = (state) => photos.filter((one) => one.state === state).length;
    const [waits, done, refused] = ['waiting', 'sent', 'refused'].map(count);
    const left = photos.filter((one) => one.state === 'waiting');
    const percent = Math.floor((100 * left.reduce((sum, one) => sum + one.sent, 0)) / Math.max(1, left.reduce((sum, one) => sum + one.size, 0)));
    return (
        <p data-photos={`${waits} ${done} ${refused}`}>
            {waits > 0 && <Badge tone="wait">{sent ? T.photo.waits(waits, percent) : T.photo.later(waits)}</Badge>}{' '}
            {done > 0 && <Badge tone="good">{T.photo.sent(done)}</Badge>} {refused > 0 && <Badge tone="bad">{T.photo.refused(refused)}</Badge>}
        </p>
    );
}
