import { useState } from 'preact/hooks';
import { Failed, logIn, requestCode, session } from '../session.js';
import { T } from '../texts.js';
import { Button, Choose, Screen, useRows } from '../parts.jsx';
import { usePhotos } from '../photo.jsx';
import { waiting } from '../state.js';

/** What to tell about a failure. */
function told(error) {
    if (!(error instanceof Failed)) throw error;
    const words = { offline: T.login.offline, validation_failed: T.login.badPhone, wrong_code: T.login.wrong };
    if (error.code === 'too_many_attempts') return T.login.wait(Math.max(1, Math.ceil(error.after / 60)));
    return words[error.code] ?? T.login.busy;
}

const units = (error) => (error.body.errors ?? []).map(({ detail }) => ({ value: detail.split(' ')[0], label: detail.slice(detail.indexOf(' ') + 1) }));

export function Login({ onDone }) {
    const [phone, setPhone] = useState('');
    const [sent, setSent] = useState(false);
    const [code, setCode] = useState('');
    const [choices, setChoices] = useState(null);
    const [unit, setUnit] = useState();
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState('');

    const attempt = async (work) => {
        setBusy(true);
        setProblem('');
        try {
            await work();
        } catch (error) {
            if (error.code === 'choose_unit') setChoices(units(error));
            else setProblem(told(error));
        } finally {
            setBusy(false);
        }
    };
    const send = () =>
        attempt(async () => {
            await requestCode(phone);
            setSent(true);
        });
    const enter = () => {
        if (!/^\d{6}$/.test(code)) return setProblem(T.login.badCode);
        return attempt(async () => {
            await logIn(phone, code, unit);
            onDone();
        });
    };
    const submit = (work) => (event) => {
        event.preventDefault();
        if (!busy) work();
    };

    return (
        <Screen title={T.login.title}>
            {session()?.ended && <Kept />}
            {!sent && (
                <form onSubmit={submit(send)}>
                    <p>{T.login.why}</p>
                    <label for="phone">{T.login.phone}</label>
                    <input id="phone" class="big" type="tel" inputMode="tel" autocomplete="tel" required value={phone} onInput={(event) => setPhone(event.target.value)} />
                    <Problem text={problem} />
                    <button class="button main" disabled={busy}>
                        {busy ? T.login.sending : T.login.send}
                    </button>
                </form>
            )}
            {sent && (
                <form onSubmit={submit(enter)}>
                    <p>{T.login.sentTo(phone)}</p>
                    <label for="code">{T.login.code}</label>
                    <input id="code" class="big code" inputMode="numeric" autocomplete="one-time-code" maxLength={6} required value={code} onInput={(event) => setCode(event.target.value.replace(/\D/g, ''))} />
                    {choices && <Choose label={T.login.choose} name="unit" options={choices} value={unit} onChange={setUnit} />}
                    <Problem text={problem} />
                    <button class="button main" disabled={busy || (choices && !unit)}>
                        {busy ? T.login.entering : T.login.enter}
                    </button>
                    <Button kind="second" disabled={busy} onClick={send}>
                        {T.login.again}
                    </Button>
                    <Button kind="plain" onClick={() => (setSent(false), setCode(''), setProblem(''), setChoices(null))}>
                        {T.login.other}
                    </Button>
                </form>
            )}
        </Screen>
    );
}

const Problem = ({ text }) => (
    <p class="problem" role="alert">
        {text}
    </p>
);

/** Reports that an ended log-in left in the phone. */
function Kept() {
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const photos = usePhotos();
    const count = reports && outcomes ? waiting(reports, outcomes, photos).length : 0;
    return (
        <div class="card wait">
            <p>{T.net.endedWhy[session().ended] ?? T.net.ended}</p>
            {count > 0 && <p>{T.login.kept(count)}</p>}
        </div>
    );
}
